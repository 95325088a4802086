"""Step 2.4: refuse what is wrong, and store nothing of it."""

import pytest

from grader.check import (
    ANY_SERVER_ERROR,
    BAD_BODIES,
    BODY_HEADERS,
    ESCAPED_BODIES,
    INVALID,
    LARGE_BODIES,
    LONGEST_TEXTS,
    ODD_BODIES,
    ODD_HEADERS,
    OK,
    SERVER_ERROR_BUT_501,
    STORED,
    TOO_LARGE,
    WRONG_METHOD,
    check,
    words,
)


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
@check("2.4", clause="K6")
def test_a_bad_body_is_refused_in_json_and_stores_nothing(chat, body):
    """The server refuses a body without a valid text with 400 and an error in JSON, and stores nothing."""
    before = chat.page()

    reply = chat.post(body)

    assert reply.status in INVALID
    assert chat.fault_of_refusal(reply) == ""
    assert chat.page().ids == before.ids


@pytest.mark.parametrize("params", [{"limit": "0"}, {"since": "yesterday"}, {"cursor": "no such place"}], ids=str)
@check("2.4", clause="K6")
def test_a_refused_parameter_is_refused_in_json(chat, params):
    """When the server refuses a parameter of `GET /messages`, it sends an error in JSON, too."""
    assert chat.fault_if_refused(chat.get(**params)) == ""


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "BREW"])
@check("2.4", clause="K6")
def test_an_unusual_method_is_no_server_error(chat, method):
    """At `/messages`, `HEAD`, `OPTIONS` and an unknown method cause no server error; 501 is fine."""
    assert chat.request(method, "/messages").status not in SERVER_ERROR_BUT_501
    assert chat.get().status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("headers", ODD_HEADERS.values(), ids=ODD_HEADERS.keys())
@check("2.4", clause="K6")
def test_odd_headers_are_no_server_error(chat, headers):
    """With headers that are rare, long, many, or make no sense, neither `GET` nor `POST` causes a server error."""
    assert chat.request("GET", "/messages", headers=headers).status not in ANY_SERVER_ERROR
    assert chat.request("POST", "/messages", json={"text": "odd"}, headers=headers).status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("headers", BODY_HEADERS.values(), ids=BODY_HEADERS.keys())
@check("2.4", clause="K6")
def test_an_odd_form_of_a_body_is_no_server_error(chat, headers):
    """A body that comes in chunks or after `Expect`, or with an odd `Content-Type`, causes no server error."""
    assert chat.request("POST", "/messages", json={"text": "odd"}, headers=headers).status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("more", [{}, {"Content-Type": "application/json"}], ids=["nothing", "type"])
@check("2.4", clause="K6")
def test_no_body_and_no_length_are_no_server_error(chat, more):
    """A `POST` without a body and without `Content-Length` causes no server error."""
    assert chat.request("POST", "/messages", headers={"Content-Length": None, **more}).status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("method", ["POST", "DELETE", "BREW"])
@check("2.4", clause="K4")
def test_a_refusal_spoils_no_kept_connection(chat, method):
    """On a connection that stays open after a refusal, the server answers the next `GET /messages` with 200."""
    assert chat.get_after(method, b'{"text": 5}').status in OK


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
@check("2.4", clause="K4")
def test_a_wrong_method_is_refused(chat, method):
    """`DELETE`, `PUT` and `PATCH` of `/messages` get 405 (404 and 501 are fine), and change nothing."""
    chat.send_in_turn(words(), words())
    before = chat.page()

    assert chat.request(method, "/messages", json={"text": words()}).status in WRONG_METHOD
    assert chat.request(method, "/messages").status in WRONG_METHOD
    assert chat.page().ids == before.ids
    assert chat.changed_since(before, "text") == ()


@pytest.mark.parametrize("text", LONGEST_TEXTS.values(), ids=LONGEST_TEXTS.keys())
@check("2.4", clause="stage 2")
def test_the_longest_legal_texts_are_kept(chat, text):
    """The server keeps a text of 2000 letters, of 2000 characters of three bytes each, or of 1000 emoji."""
    sent = chat.send_in_turn(text, text).messages[0]

    assert sent.text == text
    assert chat.page(limit=1).by_id(sent.id).text == text


@pytest.mark.parametrize("body", ESCAPED_BODIES.values(), ids=ESCAPED_BODIES.keys())
@check("2.4", clause="K6")
def test_a_long_body_with_a_legal_text_is_accepted(chat, body):
    """The server accepts a body of less than 64 KiB, with a long text in `\\u` escapes or many unknown members."""
    assert chat.post(body).status in STORED
    assert chat.post(body).status in STORED


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES.keys())
@check("2.4", clause="K6")
def test_nothing_that_is_sent_causes_a_server_error(chat, body):
    """No body, valid or not, causes a server error, and the server goes on answering."""
    assert chat.post(body).status not in ANY_SERVER_ERROR
    assert chat.post(body).status not in ANY_SERVER_ERROR
    assert chat.get().status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("body", LARGE_BODIES.values(), ids=LARGE_BODIES.keys())
@check("2.4", clause="K6")
def test_a_body_that_is_too_large_is_refused(chat, body):
    """The server refuses a body of more than 64 KiB or closes the connection, and goes on answering."""
    assert chat.refusal_of(body) in TOO_LARGE
    assert chat.get().status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("body", [b"{", b"{}", b'{"text": " "}'], ids=["no-json", "no-text", "blank"])
@check("2.4", clause="K6")
def test_many_bad_bodies_cost_nothing(chat, often, body):
    """After forty bad bodies, one after the other, the server still refuses them, and accepts a message."""
    assert often(40, chat.post, body).statuses <= INVALID
    assert chat.send(words()).identity != ""


@check("2.4", clause="K6")
def test_many_bad_limits_cost_nothing(chat, often):
    """After forty lists with a bad `limit`, one after the other, the server still accepts a message."""
    assert often(40, chat.get, limit="0").statuses <= INVALID
    assert chat.send(words()).identity != ""
