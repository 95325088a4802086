"""Step 1.6: a client that fails so that people and programs notice."""

import pytest

from grader.check import FAILURE_EXIT_CODES, check, words


@check("1.6", clause="K10")
def test_ping_fails_when_nobody_is_there(client, refused):
    """When no program listens, `ping` says so on stderr and ends with an exit status from 1 to 125."""
    run = client("ping", server_url=refused)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("status", [400, 404, 500, 503])
@check("1.6", clause="stage 1")
def test_ping_fails_when_the_answer_says_no(client, answering, status):
    """When the status is 400 or above, `ping` says so on stderr and ends with an exit status from 1 to 125."""
    run = client("ping", server_url=answering(words(), status=status).url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("url", ["nonsense://127.0.0.1", "http://127.0.0.1:99999"])
@check("1.6", clause="K10")
def test_ping_fails_when_the_address_makes_no_sense(client, url):
    """When `SERVER_URL` makes no sense, `ping` says so on stderr and ends with an exit status from 1 to 125."""
    run = client("ping", server_url=url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("in_chunks", [False, True], ids=["in-one-piece", "in-chunks"])
@check("1.6", clause="stage 1")
def test_ping_fails_when_the_answer_breaks_off(client, answering, in_chunks):
    """When the answer breaks off in its body, `ping` says so on stderr and ends with an exit status from 1 to 125."""
    run = client("ping", server_url=answering(words() * 10, in_chunks=in_chunks, half=True).url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@check("1.6", clause="stage 1")
def test_ping_fails_when_no_answer_begins(client, answering):
    """When the server closes the connection at once, `ping` says so and ends with an exit status from 1 to 125."""
    run = client("ping", server_url=answering(None).url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@check("1.6", clause="K10")
def test_ping_gives_up_on_a_silent_server(unanswered_ping):
    """When the server never answers, `ping` says so within 15 seconds and ends with an exit status from 1 to 125."""
    assert unanswered_ping.exit_code in FAILURE_EXIT_CODES
    assert unanswered_ping.stderr != ""
    assert unanswered_ping.stderr.traces == ()


@check("1.6", clause="K10")
def test_ping_gives_up_on_a_server_that_falls_silent(half_answered_ping):
    """When the server falls silent in its answer, `ping` says so within 15 s and ends with a status from 1 to 125."""
    assert half_answered_ping.exit_code in FAILURE_EXIT_CODES
    assert half_answered_ping.stderr != ""
    assert half_answered_ping.stderr.traces == ()
