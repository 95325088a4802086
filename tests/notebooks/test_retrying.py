"""The clients of notebook 6 that try again: what becomes of a server that stood still."""

import pytest

from notebooks.support import retrying

END = 30


def last_seconds(name):
    came = retrying.simulate(retrying.MANNERS[name], seconds=60, seed=3)
    return sum(came.good[END:]) / sum(came.new[END:]), max(came.amplification[END:])


def test_before_the_stop_everybody_is_answered_at_the_first_attempt():
    came = retrying.simulate(retrying.MANNERS["try again at once"], seconds=10)

    assert came.good == came.new == came.attempts


@pytest.mark.parametrize("name", ["try again at once", "pauses of 1, 2, 4 s"])
def test_without_a_budget_retries_keep_the_server_down(name):
    answered, load = last_seconds(name)

    assert answered == 0
    assert load > retrying.ABLE / retrying.RATE


def test_with_a_budget_the_server_recovers():
    answered, load = last_seconds("pauses, jitter, budget")

    assert answered > 0.95
    assert load < retrying.ABLE / retrying.RATE


def test_the_same_seed_draws_the_same_clients():
    manners = retrying.MANNERS["pauses, jitter, budget"]

    assert retrying.simulate(manners, 25, seed=1) == retrying.simulate(manners, 25, seed=1)
    assert retrying.simulate(manners, 25, seed=1) != retrying.simulate(manners, 25, seed=2)
