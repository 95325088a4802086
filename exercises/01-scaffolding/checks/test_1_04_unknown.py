"""Step 1.4: an unknown path, and requests that make no sense."""

import pytest

from grader.check import NOT_FOUND, OK, SERVER_ERROR_BUT_501, WRONG_METHOD, check, words


@pytest.mark.parametrize("shape", ["/{}", "/{}/{}", "/{}?page=1", "/service.toml"])
@check("1.4", clause="K4")
def test_an_unknown_path_is_not_found(service, shape):
    """The server answers an unknown path with 404."""
    assert service.get(shape.format(words(), words())).status in NOT_FOUND


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "BREW"])
@check("1.4", clause="K6")
def test_an_unusual_method_is_no_server_error(service, method):
    """`HEAD`, `OPTIONS` and an unknown method cause no server error (501 is fine), and the server goes on answering."""
    assert service.request(method, "/").status not in SERVER_ERROR_BUT_501
    assert service.get("/").status in OK


@pytest.mark.parametrize("method", ["DELETE", "POST", "PUT", "PATCH"])
@check("1.4", clause="K4")
def test_a_wrong_method_is_refused(service, method):
    """The server answers `DELETE`, `POST`, `PUT` and `PATCH` of `/` with 405; 404 and 501 are fine."""
    assert service.request(method, "/").status in WRONG_METHOD
    assert service.get("/").status in OK


@pytest.mark.parametrize("query", ["%FF", "a=%00", "%"])
@check("1.4", clause="K6")
def test_a_query_of_nonsense_is_no_server_error(service, query):
    """A query that makes no sense causes no server error, and the server goes on answering."""
    assert service.get(f"/?{query}").status not in SERVER_ERROR_BUT_501
    assert service.get("/").status in OK


@pytest.mark.parametrize(
    "nonsense",
    [b"%s\r\n\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: %s\r\nAcc", b"\x16\x03\x01\xff\xfe\r\n\r\n", b""],
    ids=["words", "half-a-line", "half-a-head", "bytes", "nothing"],
)
@check("1.4", clause="K6")
def test_the_server_survives_nonsense(service, nonsense):
    """The server goes on answering after a line of garbage, half a request, bytes that are no text, or nothing."""
    service.raw(nonsense.replace(b"%s", words().encode()))

    assert service.get("/").status in OK


@pytest.mark.parametrize(("method", "path"), [("GET", "/no-such-path"), ("POST", "/")], ids=["path", "method"])
@check("1.4", clause="K6")
def test_many_refusals_cost_nothing(service, often, method, path):
    """After forty refused requests, one after the other, the server still refuses, and still answers `GET /`."""
    assert often(40, service.request, method, path).statuses <= WRONG_METHOD
    assert service.get("/").status in OK
