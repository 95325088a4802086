"""Step 1.3: the first answer."""

from grader.check import LARGEST_BODY, OK, check, words


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


@check("1.3", clause="K4")
def test_root_answers_who_says_little(service):
    """The server answers `GET /` with 200 when the request has only `Host` and `Connection: keep-alive`."""
    reply = service.get("/", headers={"User-Agent": None, "Accept": None, "Connection": "keep-alive"})

    assert reply.status in OK
    assert reply.body != b""
