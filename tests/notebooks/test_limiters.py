"""The limiters of notebook 6: what each of them lets through."""

import pytest

from notebooks.support import limiters

MOST, SECONDS = 20, 5
BURST = limiters.arrivals(40, 4, 6)


def accepted(name, moments):
    return limiters.LIMITERS[name](moments, MOST, SECONDS)


@pytest.mark.parametrize("name", limiters.LIMITERS)
def test_each_accepts_everything_below_the_limit(name):
    assert all(accepted(name, limiters.arrivals(3.9, 0, 30)))


@pytest.mark.parametrize("name", limiters.LIMITERS)
def test_each_keeps_the_limit_in_the_long_run(name):
    assert sum(accepted(name, limiters.arrivals(40, 0, 100))) <= MOST / SECONDS * 100 + MOST


def test_they_differ_in_a_burst_where_two_windows_meet():
    worst = {name: limiters.most_in_a_window(BURST, accepted(name, BURST), SECONDS) for name in limiters.LIMITERS}

    assert worst["fixed windows"] == 2 * MOST
    assert worst["list of moments"] == MOST
    assert MOST < worst["two counters"] < worst["token bucket"] < 2 * MOST
    assert worst["even gaps"] == 8


def test_what_was_accepted_lately_is_counted():
    assert limiters.in_last([0, 1, 2, 9], [True, False, True, True], 5, [1, 4, 6, 9]) == [1, 2, 1, 1]
