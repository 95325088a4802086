"""Step 2.2: what was sent can be read, the newest first."""

import pytest

from grader.check import ZOO, check, ids, words


@check("2.2", clause="stage 2")
def test_without_messages_the_list_is_empty(empty_chat):
    """Before the first message, the server answers `GET /messages` with 200 and an empty list."""
    assert empty_chat.page().count == 0


@check("2.2", clause="K9")
def test_what_was_sent_is_listed_first(chat):
    """Each message is first in the list as soon as the server has accepted it."""
    first = chat.send(words())
    assert chat.page().first == first.id

    second = chat.send(words())
    assert chat.page().top(2) == (second.id, first.id)


@check("2.2", clause="stage 2")
def test_twenty_are_listed_by_default(fresh_chat):
    """Of 25 messages, `GET /messages` lists the newest 20, the newest first."""
    sent = fresh_chat.send_many(25)

    assert fresh_chat.page().ids == ids(sent[:4:-1])


@pytest.mark.parametrize("text", ZOO.values(), ids=ZOO.keys())
@check("2.2", clause="stage 2")
def test_texts_are_listed_as_they_were_sent(chat, text):
    """The list holds exactly the texts that were sent."""
    sent = chat.send_in_turn(text, text).messages[0]

    assert chat.page().by_id(sent.id).text == text


@check("2.2", clause="stage 2")
def test_a_text_is_listed_as_often_as_it_was_sent(chat):
    """A text that was sent several times, at once or after other messages, is listed as often, each in its place."""
    text, other = words(), words()

    sent = chat.send_in_turn(text, text, other, text, text.upper(), other, text)

    assert chat.page().top(7) == sent.ids
    assert chat.page().of_ids(sent.ids).texts == sent.texts


@check("2.2", clause="K9")
def test_later_messages_change_no_earlier_one(chat):
    """A later message, even one with a text that was sent before, changes neither place nor text of an earlier one."""
    text, other = words(), words()
    chat.send_in_turn(text, other, text, words())
    before = chat.page()

    chat.send_in_turn(other, text, words())

    assert chat.changed_since(before, "text") == ()


@check("2.2", clause="K3")
def test_what_was_listed_outlives_the_process(fresh_chat):
    """After a restart, the server lists the same messages as before, in the same order, with the same texts."""
    sent = fresh_chat.send_in_turn(*ZOO.values(), *ZOO.values())
    before = fresh_chat.page()

    fresh_chat.restart()

    assert fresh_chat.page().ids == sent.top(20)
    assert fresh_chat.changed_since(before, "text") == ()


@check("2.2", clause="K9")
def test_quick_messages_keep_their_order(chat):
    """Thirty messages that are sent quickly, one after the other, are listed newest first."""
    sent = chat.send_many(30)

    assert chat.page().ids == ids(sent[:9:-1])


@check("2.2", clause="K4")
def test_unknown_parameters_are_ignored(chat):
    """An unknown parameter, such as proxies and trackers add, changes nothing."""
    sent = chat.send(words())

    assert chat.page(utm_source=words()).first == sent.id


@pytest.mark.parametrize("_round", range(1, 3))
@check("2.2", clause="K9")
def test_messages_sent_at_the_same_moment_are_all_stored(chat, all_sent_at_once, _round):
    """Twenty messages sent at the same moment are all stored and listed at once, each under its own id."""
    seen = all_sent_at_once(chat, 20)

    assert seen.missing == ()
    assert seen.repeated == ()


@check("2.2", clause="K4")
def test_senders_that_stop_half_way_keep_nobody_waiting(chat, holding):
    """While half a message has come on 18 connections, the server stores and lists other messages."""
    with holding(18, "half a body", chat.service, "/messages"):
        sent = chat.send(words())
        assert chat.page().first == sent.id


@check("2.2", clause="K6")
def test_a_list_waits_for_a_database_that_is_held(read_while_held):
    """While another program lets nobody read or write the database for 1.6 s, `GET /messages` waits, and lists all."""
    sent, page = read_while_held

    assert page.first == sent.id


@check("2.2", clause="K6")
def test_messages_sent_beside_a_second_program_are_all_stored(chat, all_sent_at_once, visiting):
    """While another program locks the database again and again, 80 messages are accepted, each under its own id."""
    with visiting(chat.service):
        seen = all_sent_at_once(chat, 20, each=4)

    assert seen.repeated == ()


@check("2.2", clause="K6")
def test_messages_sent_while_the_database_is_held_are_all_stored(sent_while_locked):
    """Twelve messages sent while the database is locked are all stored, each under its own id."""
    assert sent_while_locked.missing == ()
    assert sent_while_locked.repeated == ()
