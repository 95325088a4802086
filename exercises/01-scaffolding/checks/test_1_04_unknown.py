"""Step 1.4: an unknown path, and requests that make no sense."""

import pytest

from grader.check import (
    NOT_FOUND,
    ODD_HEADERS,
    ODD_PATHS,
    OK,
    RARE_REQUESTS,
    SERVER_ERROR_BUT_501,
    WRONG_METHOD,
    check,
    words,
)


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


@pytest.mark.parametrize("headers", ODD_HEADERS.values(), ids=ODD_HEADERS.keys())
@check("1.4", clause="K6")
def test_odd_headers_are_no_server_error(service, headers):
    """Headers that are rare, long, many, or make no sense cause no server error."""
    assert service.get("/", headers=headers).status not in SERVER_ERROR_BUT_501


@pytest.mark.parametrize("path", ODD_PATHS.values(), ids=ODD_PATHS.keys())
@check("1.4", clause="K6")
def test_an_odd_path_is_no_server_error(service, path):
    """Odd characters in a path or a query, and a very long one, cause no server error."""
    assert service.get(path).status not in SERVER_ERROR_BUT_501


@pytest.mark.parametrize("data", RARE_REQUESTS.values(), ids=RARE_REQUESTS.keys())
@check("1.4", clause="K6")
def test_a_rare_form_of_a_request_is_no_server_error(service, data):
    """A request in HTTP/1.0, with its whole address, in chunks or without a length causes no server error."""
    assert service.exchange(data).status not in SERVER_ERROR_BUT_501
    assert service.get("/").status in OK


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/", b""),
        ("HEAD", "/", b""),
        ("GET", "/no-such-page", b""),
        ("POST", "/", b"hello"),
        ("BREW", "/", b"hello"),
    ],
    ids=["root", "head", "unknown", "post", "unknown-method"],
)
@check("1.4", clause="K4")
def test_a_kept_connection_is_as_good_as_a_new_one(service, on_one_connection, method, path, body):
    """On a connection that stays open after an answer, the server answers the next `GET /` with 200."""
    assert on_one_connection(service, [(method, path, body), ("GET", "/", b"")])[-1].status in OK
