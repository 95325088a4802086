"""Step 2.10: a client that shows all that is new, by the clock of the person who asks."""

import pytest

from grader.check import check
from grader.texts import AN_INSTANT, SPOKEN


@check("2.10", clause="stage 2")
def test_since_shows_every_page(client, room, lines):
    """`list --since` shows all matching messages, following `next` to its end."""
    room.fill_up(230)

    run = client("list", "--since", AN_INSTANT, server_url=room.url)

    assert run.exit_code == 0
    assert lines(run, room).ids == room.ids


@check("2.10", clause="stage 2")
def test_without_since_one_page_is_shown(client, room, lines):
    """Without `--since`, `list` shows one page."""
    room.fill_up(230)

    run = client("list", server_url=room.url)

    assert lines(run, room, room.messages[:20]).ids == room.ids[:20]
    assert room.pages_asked(run.request) == 1


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


@pytest.mark.parametrize("zone", ["Australia/Adelaide", "America/New_York"])
@check("2.10", clause="stage 2")
def test_a_time_of_day_is_today_where_the_person_is(client_in, room, zone):
    """`--since HH:MM` means today at that time in the local time zone."""
    room.fill(SPOKEN)

    run = client_in(zone, "list", "--since", "10:05", server_url=room.url)

    assert room.since_asked(run.request) in room.today(zone, 10, 5)
