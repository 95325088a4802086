"""Step 2.9: all messages, page by page, each exactly once, while new ones arrive."""

import pytest

from grader.check import ANY_SERVER_ERROR, INVALID, check, ids, words


@check("2.9", clause="stage 2")
def test_pages_hold_every_message_once_and_in_order(long_chat):
    """The pages that `next` leads to hold every message exactly once, in order, even where times are equal."""
    assert long_chat.all_history(limit=7).ids == long_chat.history


@check("2.9", clause="stage 2")
def test_messages_that_arrive_meanwhile_disturb_nothing(long_chat):
    """Messages sent between two pages hide no older message and repeat none."""
    fetched = long_chat.all_while_sending(limit=7)

    assert fetched.repeated == ()
    assert fetched.of(long_chat.history) == long_chat.history


@pytest.mark.parametrize("limit", [{}, {"limit": 100}], ids=["default", "largest"])
@check("2.9", clause="stage 2")
def test_pages_of_any_size_lead_on(long_chat, limit):
    """Pages of the default size, and pages of a hundred, also lead to every older message."""
    assert long_chat.all(**limit).of(long_chat.history) == long_chat.history


@check("2.9", clause="stage 2")
def test_pages_of_a_limit_above_a_hundred_lead_on(long_chat):
    """Where the server accepts a `limit` above 100, its pages of at most 100 lead to every older message, too."""
    assert long_chat.all(limit=long_chat.largest_limit(120)).of(long_chat.history) == long_chat.history


@check("2.9", clause="stage 2")
def test_pages_keep_to_since(long_chat):
    """With `since`, the pages together hold every message that matches, and no other."""
    first, *later = long_chat.send_many(18)

    found = long_chat.all(since=first.created_at.written, limit=7)

    assert found.repeated == ()
    assert found.of(ids(later)) == ids(later[::-1])
    assert found.before(first.created_at) == ()


@check("2.9", clause="stage 2")
def test_no_page_is_larger_than_its_limit(long_chat):
    """No page holds more messages than `limit` says."""
    assert long_chat.largest_page(limit=7) <= 7


@pytest.mark.parametrize("cursor", ["zzzz", "not/a/cursor", "🐎"])
@check("2.9", clause="stage 2")
def test_a_cursor_that_makes_no_sense_is_refused(long_chat, cursor):
    """The server refuses a `cursor` that makes no sense with 400."""
    assert long_chat.get(cursor=f"{cursor}{words()}").status in INVALID


@pytest.mark.parametrize("cursor", ["9" * 23, "e30=", "W10=", "bnVsbA=="], ids=["digits", "object", "list", "null"])
@check("2.9", clause="K6")
def test_a_cursor_that_means_nothing_is_no_server_error(long_chat, cursor):
    """A `cursor` that is a huge number, or JSON in base64, causes no server error."""
    assert long_chat.get(cursor=cursor).status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("share", [0.5, 2], ids=["half", "twice"])
@check("2.9", clause="K6")
def test_a_cursor_that_was_cut_or_doubled_is_no_server_error(long_chat, share):
    """A `cursor` that is half of a `next`, or a `next` written twice, causes no server error."""
    assert long_chat.get(cursor=long_chat.part_of_next(share)).status not in ANY_SERVER_ERROR


@check("2.9", clause="K6")
def test_many_bad_cursors_cost_nothing(chat, often):
    """After forty lists with a `cursor` of nonsense, one after the other, the server still accepts a message."""
    assert often(40, chat.get, cursor="no such place").statuses <= INVALID
    assert chat.send(words()).identity != ""


@check("2.9", clause="stage 2")
def test_a_cursor_survives_a_restart(long_chat):
    """A `next` that the server gave before a restart leads to every older message after it."""
    assert long_chat.all_with_a_restart(limit=100).of(long_chat.history) == long_chat.history
