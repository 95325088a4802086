"""Step 2.10: a client that shows all new messages, by its user's clock."""

import pytest

from grader.check import AN_INSTANT, AS_SERVERS_WRITE, FAILURE_EXIT_CODES, SPOKEN, TIMES_OF_DAY, TO_THE_SECOND, check


@check("2.10", clause="stage 2")
def test_a_time_of_day_begins_with_its_minute(client_in, scripted_chat):
    """`--since HH:MM` means the first instant of that minute, in a zone that isn't whole hours from UTC."""
    run = client_in("Asia/Kathmandu", "list", "--since", "09:41", server_url=scripted_chat.url)

    assert scripted_chat.since_asked(run.request) in scripted_chat.today("Asia/Kathmandu", 9, 41)


@check("2.10", clause="stage 2")
def test_since_shows_every_page(client, any_scripted_chat, lines):
    """`list --since` follows `next` to its end, other parameters unchanged, and shows all messages, equal texts too."""
    any_scripted_chat.fill_up(200)

    run = client("list", "--since", AN_INSTANT, server_url=any_scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, any_scripted_chat).ids == any_scripted_chat.ids
    assert any_scripted_chat.ways_asked(run.request) == 1


@check("2.10", clause="stage 2")
def test_without_since_one_page_is_shown(client, scripted_chat, lines):
    """Without `--since`, `list` asks for one page, of any size, and shows the messages on it."""
    scripted_chat.fill_up(230)

    run = client("list", server_url=scripted_chat.url)

    assert scripted_chat.pages_asked(run.request) == 1
    assert lines(run, scripted_chat, scripted_chat.given).ids == scripted_chat.ids_given


@check("2.10", clause="stage 2")
def test_a_message_without_a_time_is_listed(client, scripted_chat, lines):
    """`list` shows messages whose `created_at` is null, as old messages may have it."""
    scripted_chat.fill(SPOKEN)
    scripted_chat.say("from before there were times", created_at=None)

    run = client("list", server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).ids == scripted_chat.ids


@check("2.10", clause="K8")
def test_the_instant_is_passed_on(client, scripted_chat):
    """`list --since` asks for the right instant, with its offset, on every page."""
    scripted_chat.fill_up(230)

    run = client("list", "--since", AN_INSTANT, server_url=scripted_chat.url)

    assert scripted_chat.since_asked(run.request) == scripted_chat.instant(AN_INSTANT)


@check("2.10", clause="K8")
def test_a_time_as_servers_write_it_can_be_asked(client, scripted_chat, lines):
    """`--since` takes a time as servers write it, with `Z` and digits of fraction."""
    scripted_chat.fill(SPOKEN)

    run = client("list", "--since", AS_SERVERS_WRITE, server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).ids == scripted_chat.ids
    assert scripted_chat.since_asked(run.request) in (
        scripted_chat.instant(AS_SERVERS_WRITE),
        scripted_chat.instant(TO_THE_SECOND),
    )


@pytest.mark.parametrize("answer", ["nothing", "half"])
@check("2.10", clause="stage 2")
def test_a_page_that_is_none_is_a_failure(client, scripted_chat, answer):
    """When a later page is no JSON object or breaks off, `list --since` says so and ends with 1 to 125."""
    scripted_chat.fill_up(200)
    scripted_chat.answer_with(answer, after=1)

    run = client("list", "--since", AN_INSTANT, server_url=scripted_chat.url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@check("2.10", clause="K10")
def test_a_page_that_fails_is_a_failure(client, scripted_chat):
    """When a later page fails, `list --since` says so on stderr and ends with an exit status from 1 to 125."""
    scripted_chat.fill_up(200)
    scripted_chat.refuse_with(500, after=1)

    run = client("list", "--since", AN_INSTANT, server_url=scripted_chat.url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("value", ["nonsense", "25:61"])
@check("2.10", clause="K10")
def test_what_is_no_time_is_a_failure(client, scripted_chat, value):
    """When `--since` gets no valid time, `list` says so on stderr and ends with an exit status from 1 to 125."""
    run = client("list", "--since", value, server_url=scripted_chat.url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize(("zone", "hour", "minute"), TIMES_OF_DAY, ids=[zone for zone, _, _ in TIMES_OF_DAY])
@check("2.10", clause="stage 2")
def test_a_time_of_day_is_today_where_the_person_is(client_in, scripted_chat, zone, hour, minute):
    """`--since HH:MM` means today at that time in the client's local time zone, with its summer time."""
    scripted_chat.fill(SPOKEN)

    run = client_in(zone, "list", "--since", f"{hour:02}:{minute:02}", server_url=scripted_chat.url)

    assert scripted_chat.since_asked(run.request) in scripted_chat.today(zone, hour, minute)
