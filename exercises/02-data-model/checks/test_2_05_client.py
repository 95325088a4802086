"""Step 2.5: a client that sends and lists."""

import pytest

from grader.check import check, words
from grader.seen import FAILURE_CODES
from grader.texts import SPOKEN


@check("2.5", clause="stage 2")
def test_send_posts_the_text_as_json(client, room):
    """`send TEXT` posts the text, unchanged, as JSON."""
    text = f'{words()} – žluťoučký κόσμος 🐎 "quoted" & 100%'

    run = client("send", text, server_url=room.url)

    assert room.posted("text", run.request) == text
    assert room.content_type(run.request) == "application/json"


@check("2.5", clause="stage 2")
def test_send_prints_the_new_id(client, room):
    """`send TEXT` prints the id that the server gave, whatever it looks like, and exits with 0."""
    run = client("send", words(), server_url=room.url)

    assert room.messages[0].id in run.stdout
    assert run.exit_code == 0


@check("2.5", clause="stage 2")
def test_list_shows_a_line_for_each_message(client, room, lines):
    """`list` prints one line per message with its id and text, in the order received or exactly reversed."""
    room.fill(SPOKEN)

    run = client("list", server_url=room.url)

    assert run.exit_code == 0
    assert lines(run, room).without_their_text == ()
    assert lines(run, room).ids == room.ids


@check("2.5", clause="stage 2")
def test_list_of_nothing_is_no_failure(client, room):
    """Where there is no message, `list` exits with 0 all the same."""
    run = client("list", server_url=room.url)

    assert run.exit_code == 0
    assert run.stderr.traces == ()


@check("2.5", clause="stage 2")
def test_list_passes_the_limit_on(client, room):
    """`list --limit 3` asks for three."""
    room.fill(SPOKEN)

    run = client("list", "--limit", "3", server_url=room.url)

    assert room.asked("limit", run.request) == ("3",)


@pytest.mark.parametrize("status", [400, 422, 500])
@check("2.5", clause="K10")
def test_a_refusal_is_a_failure(client, room, status):
    """When the server refuses, `send` says so on stderr and exits with a code from 1 to 125."""
    room.refuse_with(status)

    run = client("send", words(), server_url=room.url)

    assert run.exit_code in FAILURE_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()
