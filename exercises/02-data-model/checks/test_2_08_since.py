"""Step 2.8: only what is new since an instant, with that instant included."""

import pytest

from grader.check import ANY_SERVER_ERROR, BAD_TIMES, FAR_TIMES, INVALID, check, words


@check("2.8", clause="stage 2")
def test_since_includes_the_very_instant(spaced_chat):
    """`since` lists the messages that the server accepted at exactly that instant or later."""
    first, second = spaced_chat.two

    assert spaced_chat.page(since=second.written).ids == spaced_chat.id_of_second
    assert spaced_chat.page(since=first.written).ids == spaced_chat.ids_of_both


@pytest.mark.parametrize(("seconds", "listed"), [(-1.5, 2), (1.5, 1)], ids=["before", "between"])
@check("2.8", clause="stage 2")
def test_since_divides_before_from_after(spaced_chat, seconds, listed):
    """`since` lists a message when the instant lies just before it, and doesn't when it lies just after."""
    assert spaced_chat.page(since=spaced_chat.after_the_first(seconds)).count == listed


@check("2.8", clause="stage 2")
def test_since_an_instant_after_all_lists_nothing(spaced_chat):
    """`since` with an instant just after the last message lists nothing."""
    assert spaced_chat.page(since=spaced_chat.after_the_last(2.5)).count == 0


@pytest.mark.parametrize("digits", range(10))
@check("2.8", clause="K8")
def test_since_may_have_any_number_of_digits(spaced_chat, digits):
    """The fraction of a second in `since` may have 0 to 9 digits."""
    assert spaced_chat.page(since=spaced_chat.after_the_first(1.6, digits)).ids == spaced_chat.id_of_second


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [(0, 0), (5, 30), (-8, 0), (-3, -30)],
    ids=["+00:00", "+05:30", "-08:00", "-03:30"],
)
@check("2.8", clause="K8")
def test_one_instant_may_be_spelled_in_any_zone(spaced_chat, hours, minutes):
    """`since` lists the same messages when the same instant is written in another time zone."""
    assert spaced_chat.page(since=spaced_chat.second_in(hours, minutes)).ids == spaced_chat.id_of_second


@check("2.8", clause="K8")
def test_a_whole_second_is_before_its_fractions(spaced_chat):
    """`since` with the whole second in which a message lies lists it, and with the next second doesn't."""
    assert spaced_chat.wrong_at_the_whole_second == ()


@check("2.8", clause="K8")
def test_every_message_is_found_by_its_own_time(chat):
    """`since` with the time that a message shows lists that message, whatever its fraction of a second."""
    assert chat.send_and_seek(20) == ()


@check("2.8", clause="K8")
def test_since_midnight_lists_todays_messages(spaced_chat):
    """`since` with the last midnight in UTC lists all messages after it."""
    assert spaced_chat.page(since=spaced_chat.midnight).top(2) == spaced_chat.ids_of_both


@check("2.8", clause="stage 2")
def test_nothing_is_newer_than_the_future(spaced_chat):
    """`since` with an instant in the future gives an empty list."""
    assert spaced_chat.page(since="2099-12-31T23:59:59Z").count == 0


@check("2.8", clause="stage 2")
def test_limit_applies_to_what_since_found(spaced_chat):
    """With `since`, `limit` gives the newest of the messages that match."""
    assert spaced_chat.page(since=spaced_chat.two[0].written, limit=1).ids == spaced_chat.id_of_second


@check("2.8", clause="stage 2")
def test_without_limit_twenty_are_listed_with_since_too(crowded_chat):
    """With `since` and no `limit`, the newest 20 of the messages that match are listed."""
    oldest = crowded_chat.sent[0].created_at.written

    assert crowded_chat.page(since=oldest).count == 20


@pytest.mark.parametrize("value", BAD_TIMES)
@check("2.8", clause="K8")
def test_what_is_no_instant_is_refused(spaced_chat, value):
    """The server refuses a `since` that isn't a time, or has no offset, with 400."""
    assert spaced_chat.get(since=value).status in INVALID


@pytest.mark.parametrize("value", FAR_TIMES)
@check("2.8", clause="K8")
def test_a_time_that_is_far_away_is_no_server_error(spaced_chat, value):
    """A `since` before 1971 or after 2100, or a number of any size, causes no server error."""
    assert spaced_chat.get(since=value).status not in ANY_SERVER_ERROR


@check("2.8", clause="stage 2")
def test_old_messages_are_found_by_their_time(migrated_chat):
    """On the migrated database, `since` treats an old message as the time that it shows says."""
    assert migrated_chat.misplaced_by_their_time == ()


@check("2.8", clause="stage 2")
def test_messages_without_a_time_never_match(migrated_chat):
    """On the migrated database, `since` never lists a message whose `created_at` is null."""
    assert migrated_chat.page(since="1971-02-03T04:05:06Z", limit=100).without_time == ()


@check("2.8", clause="K6")
def test_many_bad_times_cost_nothing(chat, often):
    """After forty lists with a bad `since`, one after the other, the server still accepts a message."""
    assert often(40, chat.get, since="yesterday").statuses <= INVALID
    assert chat.send(words()).identity != ""
