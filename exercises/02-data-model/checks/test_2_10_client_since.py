"""Step 2.10: a client that shows all that is new, by the clock of the person who asks."""

import pytest

from grader.check import check
from grader.seen import FAILURE_CODES
from grader.texts import AN_INSTANT, AS_SERVERS_WRITE, SPOKEN, TO_THE_SECOND


@check("2.10", clause="stage 2")
def test_since_shows_every_page(client, any_room, lines):
    """`list --since` shows all matching messages, following `next` to its end, its other parameters unchanged."""
    any_room.fill_up(200)

    run = client("list", "--since", AN_INSTANT, server_url=any_room.url)

    assert run.exit_code == 0
    assert lines(run, any_room).ids == any_room.ids
    assert any_room.ways_asked(run.request) == 1


@check("2.10", clause="stage 2")
def test_without_since_one_page_is_shown(client, room, lines):
    """Without `--since`, `list` asks for one page and shows the messages on it, however many it wants."""
    room.fill_up(230)

    run = client("list", server_url=room.url)

    assert room.pages_asked(run.request) == 1
    assert lines(run, room, room.given).ids == room.ids_given


@check("2.10", clause="stage 2")
def test_a_message_without_a_time_is_listed(client, room, lines):
    """`list` shows messages whose `created_at` is null, as those from before there were times may be."""
    room.fill(SPOKEN)
    room.say("from before there were times", created_at=None)

    run = client("list", server_url=room.url)

    assert run.exit_code == 0
    assert lines(run, room).ids == room.ids


@check("2.10", clause="K8")
def test_the_instant_is_passed_on(client, room):
    """The instant arrives at the server as it was meant, its offset included, with every page."""
    room.fill_up(230)

    run = client("list", "--since", AN_INSTANT, server_url=room.url)

    assert room.since_asked(run.request) == room.instant(AN_INSTANT)


@check("2.10", clause="K8")
def test_a_time_as_servers_write_it_can_be_asked(client, room, lines):
    """`--since` takes a time with `Z` and digits of fraction, as servers write them."""
    room.fill(SPOKEN)

    run = client("list", "--since", AS_SERVERS_WRITE, server_url=room.url)

    assert run.exit_code == 0
    assert lines(run, room).ids == room.ids
    assert room.since_asked(run.request) in (room.instant(AS_SERVERS_WRITE), room.instant(TO_THE_SECOND))


@check("2.10", clause="K10")
def test_a_page_that_fails_is_a_failure(client, room):
    """When a later page is refused, `list --since` says so on stderr and exits with a code from 1 to 125."""
    room.fill_up(200)
    room.refuse_with(500, after=1)

    run = client("list", "--since", AN_INSTANT, server_url=room.url)

    assert run.exit_code in FAILURE_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("value", ["nonsense", "25:61"])
@check("2.10", clause="K10")
def test_what_is_no_time_is_a_failure(client, room, value):
    """`--since` with what is no time ends with a message on stderr and a code from 1 to 125, whoever refuses it."""
    run = client("list", "--since", value, server_url=room.url)

    assert run.exit_code in FAILURE_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("zone", ["Australia/Adelaide", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@check("2.10", clause="stage 2")
def test_a_time_of_day_is_today_where_the_person_is(client_in, room, zone):
    """`--since HH:MM` means today at that time in the local time zone."""
    room.fill(SPOKEN)

    run = client_in(zone, "list", "--since", "10:05", server_url=room.url)

    assert room.since_asked(run.request) in room.today(zone, 10, 5)
