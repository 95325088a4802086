"""Step 3.1: messages say who wrote them and where they came in, and old callers notice nothing."""

import pytest

from grader.check import ANY_SERVER_ERROR, AUTHORS, INVALID, ODD_AUTHORS, check, words


@check("3.1", clause="stage 3")
def test_a_message_says_who_wrote_it_and_where_it_came_in(chat):
    """A message sent with an `author` shows it, with the `source` `api`, in the answer and in the list."""
    author = words()

    sent = chat.send(words(), author=author)

    assert sent.member("author") == author
    assert sent.member("source") == "api"
    assert chat.page().by_id(sent.id).member("author") == author
    assert chat.page().by_id(sent.id).member("source") == "api"


@check("3.1", clause="stage 3")
def test_a_message_needs_no_author(chat):
    """The server accepts a message without `author`, and its `author` is null."""
    sent = chat.send(words())

    assert sent.member("author") == None  # noqa: E711 - the value says what was seen
    assert chat.page().by_id(sent.id).member("author") == None  # noqa: E711


@check("3.1", clause="stage 3")
def test_an_author_may_write_again(chat):
    """One `author` may send any number of messages, of the same text too, and each shows its author as it was sent."""
    author, text = words(), words()

    sent = chat.send_in_turn(text, text, words(), author, author=author)
    shouted = chat.send(text, author=author.upper())

    assert chat.page().top(5) == (shouted.id, *sent.ids)
    assert chat.page().of_ids(sent.ids).other_than("author", author) == ()
    assert chat.page().by_id(shouted.id).member("author") == author.upper()


@check("3.1", clause="stage 3")
def test_later_messages_change_no_earlier_one(chat):
    """A later message of the same author, or of another, changes no earlier message: place and values stay."""
    author = words()
    chat.send_in_turn(words(), words(), author=author)
    chat.send_in_turn(words(), words(), author=words())
    before = chat.page()

    chat.send_in_turn(words(), words(), author=author)
    chat.send_in_turn(words(), words(), author=author.upper())
    chat.send(words())

    assert chat.changed_since(before) == ()


@check("3.1", clause="stage 3")
def test_null_means_no_author(chat):
    """`author` may be null."""
    assert chat.send(words(), author=None).member("author") == None  # noqa: E711 - the value says what was seen


@pytest.mark.parametrize("author", AUTHORS.values(), ids=AUTHORS.keys())
@check("3.1", clause="stage 3")
def test_an_author_comes_back_as_it_was_sent(chat, author):
    """An `author` of 1 to 100 characters comes back exactly as it was sent, in the answer and in the list."""
    sent = chat.send_in_turn(words(), words(), author=author).messages[0]

    assert sent.member("author") == author
    assert chat.page().by_id(sent.id).member("author") == author


@pytest.mark.parametrize("body", ODD_AUTHORS.values(), ids=ODD_AUTHORS.keys())
@check("3.1", clause="K6")
def test_no_author_causes_a_server_error(chat, body):
    """No `author`, not even half of an emoji, causes a server error, and the server goes on answering."""
    assert chat.post(body).status not in ANY_SERVER_ERROR
    assert chat.post(body).status not in ANY_SERVER_ERROR
    assert chat.get().status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("author", ["", "z" * 101, 7, True, ["x"], {"name": "x"}], ids=str)
@check("3.1", clause="K6")
def test_what_is_no_author_is_refused_and_nothing_stored(chat, author):
    """The server refuses an empty, too long or non-string `author` with 400, in JSON, and stores nothing."""
    before = chat.page()

    reply = chat.request("POST", "/messages", json={"text": words(), "author": author})

    assert reply.status in INVALID
    assert chat.fault_of_refusal(reply) == ""
    assert chat.page().ids == before.ids


@pytest.mark.parametrize("source", ["sms", "mail", 7, None], ids=str)
@check("3.1", clause="stage 3")
def test_source_is_the_servers_own(chat, source):
    """The server ignores a `source` in the request: every message sent to `POST /messages` has the source `api`."""
    assert chat.send(words(), source=source).member("source") == "api"


@check("3.1", clause="K7")
def test_messages_of_stage_2_are_all_there(grown_chat):
    """On a database of stage 2, the old messages keep their ids, their texts and their order."""
    assert grown_chat.old_page().ids == grown_chat.expected
    assert grown_chat.changed_texts == ()


@check("3.1", clause="K8")
def test_times_of_stage_2_stay_as_they_are(grown_chat):
    """Old messages keep their times; one without a time shows null, or a valid time not after the migration."""
    assert grown_chat.changed_times == ()
    assert grown_chat.impossible_times == ()


@check("3.1", clause="K8")
def test_messages_of_stage_2_are_found_by_their_time(grown_chat):
    """On a database of stage 2, `since` treats an old message as the time that it shows says."""
    assert grown_chat.misplaced_by_their_time == ()


@check("3.1", clause="stage 3")
def test_messages_of_stage_2_came_by_the_api_from_nobody(grown_chat):
    """The `author` of an old message is null, and its `source` is `api`."""
    assert grown_chat.other_than("author", None) == ()
    assert grown_chat.other_than("source", "api") == ()


@check("3.1", clause="stage 3")
def test_a_second_start_changes_nothing(stage_2_migration):
    """After a second start, the server lists the old messages as before."""
    chat = stage_2_migration.chat()
    before = chat.times()

    chat.restart()

    assert chat.old_page().ids == chat.expected
    assert chat.times() == before
    assert chat.other_than("source", "api") == ()


@pytest.mark.parametrize("locked", [0.0, 1.6], ids=["at-once", "locked"])
@check("3.1", clause="stage 3")
def test_two_may_start_at_the_same_moment(stage_2_migration, locked):
    """Two servers that start at once on a database of stage 2, even a locked one, both list its messages."""
    one, other = stage_2_migration.two_chats(locked)

    assert one.old_page().ids == one.expected
    assert other.old_page().ids == other.expected


@check("3.1", clause="K6")
def test_many_bad_authors_cost_nothing(chat, often):
    """After forty messages with a bad `author`, one after the other, the server still accepts a message."""
    refused = {"text": words(), "author": 7}

    assert often(40, chat.request, "POST", "/messages", json=refused).statuses <= INVALID
    assert chat.send(words()).identity != ""
