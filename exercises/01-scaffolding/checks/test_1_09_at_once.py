"""Step 1.9: many requests at once, and a database that another program locks for a moment."""

import pytest

from grader.check import OK, check


@pytest.mark.parametrize("_round", range(1, 4))
@check("1.9", clause="K4")
def test_twenty_at_once_are_answered_and_stored(service, all_at_once, growth, _round):
    """The server answers twenty requests at the same moment with 200, and they add exactly twenty rows."""
    with growth(service) as grown:
        replies = all_at_once(20, service, "/")

    assert replies.statuses == OK
    assert 20 in grown


@pytest.mark.parametrize("_round", range(1, 3))
@check("1.9", clause="K6")
def test_a_second_program_disturbs_nobody(service, all_at_once, growth, visiting, _round):
    """While another program locks the database again and again, 160 requests, twenty at a time, have their rows."""
    with growth(service) as grown, visiting(service):
        replies = all_at_once(20, service, "/", each=8)

    assert replies.statuses == OK
    assert 160 in grown


@check("1.9", clause="K6")
def test_a_held_database_only_delays(service, all_at_once, growth, locking):
    """While another program reads in one transaction for 1.6 seconds, requests wait: no error, and no lost row."""
    with growth(service) as grown, locking(service, 1.6, reading=True):
        replies = all_at_once(4, service, "/", while_locked=1.6)

    assert replies.statuses == OK
    assert 4 in grown


@pytest.mark.parametrize("kind", ["nothing", "half a head", "half a body", "a request, which was answered"])
@check("1.9", clause="K4")
def test_silent_connections_keep_nobody_waiting(service, holding, all_at_once, kind):
    """While 18 connections are open on which nothing comes, the server answers two more with 200."""
    with holding(18, kind, service):
        replies = all_at_once(2, service, "/")

    assert replies.statuses == OK


@check("1.9", clause="K4")
def test_a_request_may_come_in_pieces(service, in_pieces):
    """The server answers a request that comes in pieces with 200, and other requests in between."""
    assert in_pieces(service, "GET", "/").status in OK
