"""Step 2.5: a client that sends and lists."""

import pytest

from grader.check import check, words
from grader.seen import FAILURE_CODES
from grader.texts import SPOKEN


@check("2.5", clause="stage 2")
def test_send_posts_the_text_as_json_and_prints_the_new_id(client, any_room):
    """`send TEXT` posts the text, unchanged, as JSON to `/messages`, and prints the id that comes with 201 or 200."""
    text = f'  {words()} – žluťoučký κόσμος 🐎 "quoted" & 100%  two blanks \\n '

    run = client("send", text, server_url=any_room.url)

    assert any_room.posted("text", run.request) == text
    assert any_room.content_type(run.request) == "application/json"
    assert any_room.messages[0].id in run.stdout
    assert run.exit_code == 0


@check("2.5", clause="stage 2")
def test_send_takes_a_number_for_a_text(client, room):
    """`send 007` posts the text `007`: what looks like a number is a text all the same."""
    run = client("send", "007", server_url=room.url)

    assert room.posted("text", run.request) == "007"
    assert run.exit_code == 0


@check("2.5", clause="stage 2")
def test_list_shows_a_line_for_each_message(client, any_room, lines):
    """`list` prints one line per message with its id and text, in the order received or exactly reversed."""
    any_room.fill(SPOKEN)

    run = client("list", server_url=any_room.url)

    assert run.exit_code == 0
    assert lines(run, any_room).without_their_text == ()
    assert lines(run, any_room).ids == any_room.ids


@check("2.5", clause="stage 2")
def test_list_shows_messages_of_a_young_server(client, young_room, lines):
    """`list` shows messages that have an `id` and a `text` and no other member of the contract yet."""
    young_room.fill(SPOKEN)

    run = client("list", server_url=young_room.url)

    assert run.exit_code == 0
    assert lines(run, young_room).ids == young_room.ids


@check("2.5", clause="stage 2")
def test_list_of_nothing_is_no_failure(client, room):
    """Where there is no message, `list` exits with 0 all the same."""
    run = client("list", server_url=room.url)

    assert run.exit_code == 0
    assert run.stderr.traces == ()


@check("2.5", clause="stage 2")
def test_list_passes_the_limit_on(client, room, lines):
    """`list --limit 3` asks `/messages` for three, and prints what was answered."""
    room.fill(SPOKEN)

    run = client("list", "--limit", "3", server_url=room.url)

    assert room.asked("limit", run.request) == ("3",)
    assert lines(run, room, room.given).ids == room.ids_given
    assert run.exit_code == 0


@pytest.mark.parametrize("status", [400, 422, 500])
@check("2.5", clause="K10")
def test_a_refusal_is_a_failure(client, room, status):
    """When the server refuses, `send` says so on stderr and exits with a code from 1 to 125."""
    room.refuse_with(status)

    run = client("send", words(), server_url=room.url)

    assert run.exit_code in FAILURE_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@check("2.5", clause="K10")
def test_list_fails_when_the_server_does(client, room):
    """When the answer is a 500, `list` says so on stderr and exits with a code from 1 to 125."""
    room.refuse_with(500)

    run = client("list", server_url=room.url)

    assert run.exit_code in FAILURE_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("command", [["send", "Hello?"], ["list"]], ids=["send", "list"])
@check("2.5", clause="K10")
def test_sending_and_listing_fail_when_nobody_is_there(client, refused, command):
    """When nobody listens, `send` and `list` say so on stderr and exit with a code from 1 to 125."""
    run = client(*command, server_url=refused)

    assert run.exit_code in FAILURE_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@check("2.5", clause="K10")
def test_send_gives_up_on_a_silent_server(send_silence):
    """When the server never answers, `send` gives up within 15 seconds, says so and exits with a code from 1 to 125."""
    assert send_silence.exit_code in FAILURE_CODES
    assert send_silence.stderr != ""
    assert send_silence.stderr.traces == ()


@check("2.5", clause="K10")
def test_list_gives_up_on_a_silent_server(list_silence):
    """When the server never answers, `list` gives up within 15 seconds, says so and exits with a code from 1 to 125."""
    assert list_silence.exit_code in FAILURE_CODES
    assert list_silence.stderr != ""
    assert list_silence.stderr.traces == ()
