"""Step 4.4: where the time of a request goes."""

import pytest

from grader.check import check


@pytest.mark.parametrize("method", ["GET", "POST"])
@check("4.4", clause="stage 4")
def test_the_durations_can_be_true(timed_service, method):
    """With `TIMING=on`, `Server-Timing` has `db` and `total`, with db ≤ total, and total ≤ what the client waited."""
    assert timed_service.impossible(method, 20) == ()


@check("4.4", clause="stage 4")
def test_the_durations_of_an_answer_are_its_own(timed_service_with_cache):
    """With `CACHE=on`, too, every `Server-Timing` is about the request that it answers."""
    assert timed_service_with_cache.impossible_after_slow_ones() == ()


@pytest.mark.parametrize("method", ["GET", "POST"])
@check("4.4", clause="stage 4")
def test_waiting_for_the_database_is_time_of_the_database(timed_service, method):
    """When another program holds the database for 400 ms, `db` grows with the wait of whoever needs it."""
    assert timed_service.hidden_waits(method) == ()


@check("4.4", clause="stage 4")
def test_waiting_for_the_client_is_no_time_of_the_database(timed_service):
    """When the client takes 400 ms to send its body, `db` leaves that out."""
    assert timed_service.db_while_half_sent() <= 160


@check("4.4", clause="stage 4")
def test_the_five_functions_are_those_of_the_profile(top_five):
    """At least four of `top_five` in `answers.toml` are among the first six of the profile by own time."""
    assert top_five >= 4
