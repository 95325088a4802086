"""Step 4.1: three load tests that put real load on a service, and say what failed."""

import pytest

from grader.check import check


@pytest.mark.parametrize("workload", ["reads", "writes", "mixed"])
@check("4.1", clause="K1")
def test_there_is_a_command_for_each_load_test(load_commands, workload):
    """`service.toml` says under `[load]` how each of the three load tests is run."""
    assert workload in load_commands


@pytest.mark.parametrize("workload", ["reads", "writes", "mixed"])
@check("4.1", clause="stage 4", timed=True)
def test_no_user_thinks(load_test, workload):
    """Each of the 8 users sends at least 5 requests a second, as nobody pauses between two requests."""
    assert load_test(workload).rate >= 5


@check("4.1", clause="stage 4")
def test_the_reads_are_reads(load_test):
    """At least 99 of 100 requests of the load test `reads` are `GET /messages`."""
    assert load_test("reads").reads >= 99


@check("4.1", clause="stage 4")
def test_the_writes_are_writes(load_test):
    """At least 99 of 100 requests of the load test `writes` are `POST /messages` with a text."""
    assert load_test("writes").writes >= 99


@check("4.1", clause="stage 4")
def test_the_texts_differ(load_test):
    """At least 90 of 100 messages of the load test `writes` have a text of their own."""
    assert load_test("writes").texts >= 90


@check("4.1", clause="stage 4")
def test_the_mix_has_enough_reads(load_test):
    """At least 40 of 100 requests of the load test `mixed` are `GET /messages`."""
    assert load_test("mixed").reads >= 40


@check("4.1", clause="stage 4")
def test_the_mix_has_enough_writes(load_test):
    """At least 40 of 100 requests of the load test `mixed` are `POST /messages` with a text."""
    assert load_test("mixed").writes >= 40


@check("4.1", clause="stage 4", timed=True)
def test_the_mix_is_large_enough(load_test):
    """The load test `mixed` sends at least 50 requests a second, which are 400 in 8 s."""
    assert load_test("mixed").samples >= 50


@pytest.mark.parametrize("workload", ["reads", "writes", "mixed"])
@check("4.1", clause="stage 4")
def test_failures_are_reported(load_test, workload):
    """When every tenth answer is a 500, a load test says so: by its exit status, or by the number that it prints."""
    assert load_test(workload).unreported == ()
