"""Step 2.4: saying no properly, and storing nothing then."""

import pytest

from grader.chat import ANY_SERVER_ERROR, REFUSED, STORED, TOO_LARGE
from grader.check import check
from grader.messages import error_of
from grader.texts import BAD_BODIES, LONGEST, ODD_BODIES


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
@check("2.4", clause="K6")
def test_a_bad_body_is_refused_in_json_and_stores_nothing(chat, body):
    """A body without a valid text is refused with 400, with an error in JSON, and nothing is stored."""
    before = chat.page()

    reply = chat.post(body)

    assert reply.status in REFUSED
    assert error_of(reply) == ""
    assert chat.page().ids == before.ids


@pytest.mark.parametrize("text", LONGEST.values(), ids=LONGEST.keys())
@check("2.4", clause="stage 2")
def test_the_longest_legal_texts_are_accepted(chat, text):
    """Two thousand characters are accepted, whatever their bytes: letters, three-byte characters; a thousand emoji."""
    assert chat.request("POST", "/messages", json={"text": text}).status in STORED


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES.keys())
@check("2.4", clause="K6")
def test_nothing_that_is_sent_causes_a_server_error(chat, body):
    """Whatever is sent, valid or not, causes no server error, and the server goes on answering."""
    assert chat.post(body).status not in ANY_SERVER_ERROR
    assert chat.get().status not in ANY_SERVER_ERROR


@check("2.4", clause="K6")
def test_a_body_that_is_too_large_is_refused(chat):
    """A body of more than 64 KiB is refused, or the connection closed, and the server goes on answering."""
    assert chat.refusal_of(b'{"text": "' + b"x" * 70_000 + b'"}') in TOO_LARGE
    assert chat.get().status not in ANY_SERVER_ERROR
