"""Step 2.11: a reply is a message that points to another."""

import pytest

from grader.check import (
    ANY_SERVER_ERROR,
    HALF_A_PARENT,
    NO_SUCH_MESSAGE,
    NO_SUCH_PARENT,
    STORED,
    WRONG_METHOD,
    check,
    ids,
    words,
)


@check("2.11", clause="stage 2")
def test_a_reply_names_its_parent(chat):
    """A message sent with `reply_to` shows the id of its parent, in the answer and in the list."""
    parent = chat.send(words())
    reply = chat.send(words(), reply_to=parent.id)

    assert reply.parent == parent.id
    assert chat.page().by_id(reply.id).parent == parent.id
    assert chat.page().by_id(parent.id).parent == None  # noqa: E711 - the value says what was seen


@check("2.11", clause="stage 2")
def test_null_means_no_parent(chat):
    """`reply_to` may be null."""
    assert chat.request("POST", "/messages", json={"text": words(), "reply_to": None}).status in STORED


@pytest.mark.parametrize("parent", ["no-such-message", 2**52, 10**23, [], True])
@check("2.11", clause="stage 2")
def test_an_unknown_parent_is_refused_and_nothing_stored(chat, parent):
    """The server refuses a `reply_to` that is no message's id with an error in JSON, and stores nothing."""
    before = chat.page()

    reply = chat.request("POST", "/messages", json={"text": words(), "reply_to": parent})

    assert reply.status in NO_SUCH_PARENT
    assert chat.fault_of_refusal(reply) == ""
    assert chat.page().ids == before.ids


@check("2.11", clause="K6")
def test_half_an_emoji_for_a_parent_is_no_server_error(chat):
    """Half of a surrogate pair as `reply_to` causes no server error."""
    assert chat.post(HALF_A_PARENT).status not in ANY_SERVER_ERROR


@check("2.11", clause="stage 2")
def test_a_message_shows_its_direct_replies_the_oldest_first(chat):
    """`GET /messages/{id}` gives the message with its direct replies, the oldest first."""
    parent = chat.send(words())
    replies = [chat.send(words(), reply_to=parent.id), chat.send(words()), chat.send(words(), reply_to=parent.id)]
    chat.send(words(), reply_to=replies[0].id)

    thread = chat.thread(parent.id)

    assert thread.text == parent.text
    assert thread.replies.ids == ids([replies[0], replies[2]])


@check("2.11", clause="stage 2")
def test_replies_with_one_text_are_different_messages(chat):
    """Replies with the same text, which may be their parent's, are as many messages, each under its own parent."""
    text = words()
    parent, other = chat.send(text), chat.send(text)

    first, second = chat.send(text, reply_to=parent.id), chat.send(text, reply_to=parent.id)
    third = chat.send(text, reply_to=other.id)

    assert chat.thread(parent.id).replies.ids == (first.id, second.id)
    assert chat.thread(other.id).replies.ids == (third.id,)
    assert chat.page().top(5) == ids([third, second, first, other, parent])


@check("2.11", clause="stage 2")
def test_a_reply_changes_no_earlier_message(chat):
    """A reply changes no earlier message, not its parent either: place and values stay, in the list and in a thread."""
    parent, other = chat.send(words()), chat.send(words())
    first = chat.send(words(), reply_to=parent.id)
    before, thread = chat.page(), chat.thread(parent.id)

    second = chat.send(words(), reply_to=parent.id)
    chat.send_in_turn(words(), words(), reply_to=first.id)

    assert chat.changed_since(before) == ()
    assert chat.thread(parent.id).promised == thread.promised
    assert chat.thread(parent.id).replies.ids == (first.id, second.id)
    assert chat.thread(other.id).replies.ids == ()


@check("2.11", clause="stage 2")
def test_a_reply_may_be_replied_to(chat):
    """A reply to a reply is listed under its own parent."""
    parent = chat.send(words())
    reply = chat.send(words(), reply_to=parent.id)
    answer = chat.send(words(), reply_to=reply.id)

    assert chat.thread(reply.id).replies.ids == (answer.id,)
    assert chat.thread(answer.id).replies.ids == ()


@check("2.11", clause="stage 2")
def test_replies_are_listed_like_any_other_message(chat):
    """`GET /messages` lists replies like any other message, and leaves their parents where they are."""
    parent, other = chat.send(words()), chat.send(words())
    reply = chat.send(words(), reply_to=parent.id)

    assert chat.page().top(3) == (reply.id, other.id, parent.id)


@pytest.mark.parametrize("wanted", ["no-such-message", "4503599627370496", "9" * 23])
@check("2.11", clause="stage 2")
def test_a_message_that_is_not_there_is_not_found(chat, wanted):
    """For an unknown id, `GET /messages/{id}` gets 404 and an error in JSON; for an impossible id, 400 is fine."""
    reply = chat.request("GET", f"/messages/{wanted}")

    assert reply.status in NO_SUCH_MESSAGE
    assert chat.fault_of_refusal(reply) == ""


@check("2.11", clause="stage 2")
def test_a_message_is_the_same_wherever_it_is_shown(chat):
    """A thread shows its message, and each reply, with the same members and values as the list."""
    parent = chat.send(words())
    reply = chat.send(words(), reply_to=parent.id)

    thread, listed = chat.thread(parent.id), chat.page()

    assert thread.promised == listed.by_id(parent.id).promised
    assert thread.replies.by_id(reply.id).promised == listed.by_id(reply.id).promised


@check("2.11", clause="stage 2")
def test_an_old_message_is_shown_and_replied_to_like_any_other(migrated_chat):
    """On the migrated database, a thread shows an old message as the list does, with a reply to it."""
    old = migrated_chat.old_page().by_id(migrated_chat.history[0])
    reply = migrated_chat.send(words(), reply_to=old.id)

    thread = migrated_chat.thread(old.id)

    assert thread.promised == old.promised
    assert thread.replies.ids == (reply.id,)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "POST"])
@check("2.11", clause="K4")
def test_no_message_is_changed_by_a_wrong_method(chat, method):
    """`DELETE`, `PUT`, `PATCH` and `POST` of `/messages/{id}` get 405 (404 and 501 are fine), and change nothing."""
    sent = chat.send(words())
    before = chat.page()

    assert chat.request(method, f"/messages/{sent.id}", json={"text": words()}).status in WRONG_METHOD
    assert chat.request(method, f"/messages/{sent.id}").status in WRONG_METHOD
    assert chat.thread(sent.id).text == sent.text
    assert chat.page().ids == before.ids
    assert chat.changed_since(before) == ()


@check("2.11", clause="stage 2")
def test_all_replies_are_shown(chat):
    """A message shows all of its direct replies, however many there are."""
    parent = chat.send(words())
    replies = chat.send_many(21, reply_to=parent.id)

    assert chat.thread(parent.id).replies.ids == ids(replies)


@check("2.11", clause="K6")
def test_many_unknown_ids_cost_nothing(chat, often):
    """After forty requests for an unknown id, one after the other, the server still shows a message."""
    sent = chat.send(words())

    assert often(40, chat.request, "GET", "/messages/no-such-message").statuses <= NO_SUCH_MESSAGE
    assert chat.thread(sent.id).text == sent.text


@check("2.11", clause="K6")
def test_many_unknown_parents_cost_nothing(chat, often):
    """After forty replies to no message, one after the other, the server still accepts a message."""
    refused = {"text": words(), "reply_to": "no-such-message"}

    assert often(40, chat.request, "POST", "/messages", json=refused).statuses <= NO_SUCH_PARENT
    assert chat.send(words()).identity != ""
