"""Step 2.1: a message is stored, and what was stored is what comes back."""

import pytest

from grader.check import STORED, ZOO, check, words


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
@check("2.1", clause="stage 2")
def test_a_message_is_accepted(chat, content_type):
    """The server answers `POST /messages` with 201 (or 200) and a JSON message object that has an id."""
    reply = chat.request("POST", "/messages", json={"text": words()}, headers={"Content-Type": content_type})

    assert reply.status in STORED
    assert chat.message_in(reply).identity != ""


@pytest.mark.parametrize("text", ZOO.values(), ids=ZOO.keys())
@check("2.1", clause="stage 2")
def test_a_text_comes_back_as_it_was_sent(chat, text):
    """The answer holds exactly the text that was sent, character by character."""
    sent = chat.send_in_turn(text, text).messages[0]

    assert sent.text == text


@check("2.1", clause="K7")
def test_ids_are_the_servers_own_and_unique(chat):
    """The server gives each message an id of its own, and ignores an `id` in the request."""
    first = chat.send(words(), id="chosen-by-the-sender")
    second = chat.send(words(), id="chosen-by-the-sender")

    assert first.identity != "chosen-by-the-sender"
    assert second.identity != first.identity


@check("2.1", clause="K7")
def test_a_text_that_comes_again_is_another_message(chat):
    """The same text again, at once or after other messages, is another message with an id of its own."""
    text, other = words(), words()

    sent = chat.send_in_turn(text, text, text, other, text, text.upper(), f" {text}", other, text)

    assert sent.repeated == ()
    assert sent.texts == (text, other, f" {text}", text.upper(), text, other, text, text, text)


@check("2.1", clause="K7")
def test_ids_are_not_given_again_after_a_restart(fresh_chat):
    """After a restart, a new message gets an id that no message had before, even with a text that one had."""
    text = words()
    first = fresh_chat.send(text)
    fresh_chat.restart()

    assert fresh_chat.send(text).identity != first.identity


@check("2.1", clause="K3")
def test_messages_are_in_the_database_and_outlive_the_process(kept_rows):
    """Messages add rows to the database, which are still there after SIGTERM and a restart."""
    stopped, restarted = kept_rows(3)

    assert stopped != 0
    assert restarted >= stopped


@check("2.1", clause="K4")
def test_a_body_may_come_in_pieces(chat):
    """The server stores a message whose body comes in pieces, and answers other requests in between."""
    text = words()

    reply = chat.post_in_pieces(b'{"text": "%s"}' % text.encode())

    assert reply.status in STORED
    assert chat.message_in(reply).text == text
