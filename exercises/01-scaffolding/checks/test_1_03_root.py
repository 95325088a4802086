"""Step 1.3: the first answer."""

import pytest

from grader.check import CALLERS, LARGEST_BODY, OK, check, words


@check("1.3", clause="stage 1")
def test_root_answers_200(service):
    """The server answers `GET /` with 200."""
    assert service.get("/").status in OK


@check("1.3", clause="stage 1")
def test_root_has_a_body(service):
    """The body of the answer to `GET /` isn't empty, and has at most 1 MiB."""
    reply = service.get("/")

    assert reply.body != b""
    assert reply.size <= LARGEST_BODY


@check("1.3", clause="stage 1")
def test_root_answers_200_with_a_query_string(service):
    """The server answers `GET /` with 200 whatever the query string says."""
    reply = service.get("/", params={"from": f'{words()}\'); "%s" – né'})

    assert reply.status in OK
    assert reply.body != b""


@pytest.mark.parametrize("headers", CALLERS.values(), ids=CALLERS.keys())
@check("1.3", clause="stage 1")
def test_root_answers_every_caller(service, headers):
    """The server answers `GET /` with 200 for a caller with few headers, a browser, and a caller behind two proxies."""
    reply = service.get("/", headers=headers)

    assert reply.status in OK
    assert reply.body != b""
