"""Step 3.11: a mistake in a command is a successful request for Slack, and gets an explanation."""

import pytest

from grader.check import (
    ANY_SERVER_ERROR,
    BODY_HEADERS,
    MISTYPED,
    ODD_HEADERS,
    OK,
    RESPONSE_TYPES,
    UNREADABLE,
    check,
    words,
)


@pytest.mark.parametrize("typed", MISTYPED.values(), ids=MISTYPED.keys())
@check("3.11", clause="stage 3")
def test_a_mistake_is_explained_and_stores_nothing(channel, typed):
    """An unknown word, a bad number, a blank or too long message gets 200 and an explanation, and stores nothing."""
    before = channel.chat.page()

    told = channel.type(typed)

    assert told.text != ""
    assert told.response_type in RESPONSE_TYPES
    assert channel.chat.page().ids == before.ids


@pytest.mark.parametrize("typed", MISTYPED.values(), ids=MISTYPED.keys())
@check("3.11", clause="stage 3")
def test_what_is_explained_shows_no_messages(channel, typed):
    """An explanation of a mistake shows no message."""
    text = words()
    channel.chat.send(text)

    assert text not in channel.type(typed).text


@pytest.mark.parametrize("beginning", ["send", "send-", "sends "], ids=["joined", "hyphen", "plural"])
@check("3.11", clause="stage 3")
def test_a_word_that_begins_like_send_is_unknown(channel, beginning):
    """A word that only begins with `send` is unknown: it gets 200 with an explanation, and stores nothing."""
    before = channel.chat.page()

    assert channel.type(f"{beginning}{words()}").text != ""
    assert channel.chat.page().ids == before.ids


@pytest.mark.parametrize("before", ["", "recent "], ids=["word", "number"])
@check("3.11", clause="stage 3")
def test_an_explanation_calls_nobody(channel, before):
    """When an explanation repeats a command, it escapes it: `<!channel>` would call the whole channel."""
    typed = f"<!{words()}>"

    assert typed not in channel.type(f"{before}{typed}").text


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
@check("3.11", clause="K6")
def test_what_is_hardly_a_command_is_no_server_error(channel, body):
    """A signed body that is no form, or lacks fields of a command, causes no server error."""
    assert channel.send(body).status not in ANY_SERVER_ERROR
    assert channel.chat.get().status not in ANY_SERVER_ERROR


@check("3.11", clause="K6")
def test_many_mistyped_commands_cost_nothing(channel, often):
    """After forty commands that make no sense, one after the other, the server still answers a good one."""
    assert often(40, channel.send, channel.body("recent x")).statuses == OK
    assert channel.type("recent").text != ""


@pytest.mark.parametrize(
    "headers", [*ODD_HEADERS.values(), *BODY_HEADERS.values()], ids=[*ODD_HEADERS.keys(), *BODY_HEADERS.keys()]
)
@check("3.11", clause="K6")
def test_odd_headers_are_no_server_error(channel, headers):
    """Headers that are rare or make no sense cause no server error, nor does a body in chunks."""
    assert channel.send(channel.body("recent 1"), headers=headers).status not in ANY_SERVER_ERROR


@check("3.11", clause="K6")
def test_no_body_and_no_length_are_no_server_error(channel):
    """A signed `POST` without a body and without `Content-Length` causes no server error."""
    assert channel.send(b"", headers={"Content-Length": None}).status not in ANY_SERVER_ERROR
