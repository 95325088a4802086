"""The server of notebook 5, its five caches, and the hunts for pages that are too old."""

from itertools import pairwise

import pytest

from grader.load.bench import bench
from grader.load.workloads import READ
from grader.scaling.staleness import Effort
from notebooks.support import hunting
from notebooks.support.lab import project

SLOW = {"DATABASE_MS": "5", "COMMIT_MS": "5", "ROWS": "100"}
TTL = 0.9
"""Seconds for which the server keeps a page, less what the two clocks may differ by."""
EFFORT = Effort(rounds=2, races=0, bursts=12, seconds=10)


@pytest.fixture(scope="module")
def kept():
    with bench(project("kept")) as found:
        yield found


@pytest.mark.parametrize(("cache", "is_stale"), [("clear_after", True), ("versioned", False)])
def test_only_a_cache_that_is_cleared_keeps_the_page_of_a_slow_reader(kept, cache, is_stale):
    service = kept.start(messages=0, env={"CACHE": cache, "DATABASE_MS": "150", "COMMIT_MS": "5"})

    race = hunting.race(service, 0.03)
    service.kill()

    assert race.stored < race.kept < race.later[0]
    assert race.is_stale == is_stale


@pytest.mark.parametrize("cache", ["clear_before", "clear_after"])
def test_bursts_find_what_writing_and_reading_in_turn_does_not(kept, cache):
    service = kept.start(messages=0, env={"CACHE": cache, **SLOW})

    in_turn, in_bursts = (hunting.hunt(service, way, EFFORT) for way in ("in turn", "in bursts"))
    service.kill()

    assert in_turn.stale == 0
    assert in_turn.writes == 6
    assert 0 < in_bursts.stale <= in_bursts.writes


def test_a_page_that_ran_out_is_asked_for_once_where_one_asks_for_all(kept):
    service = kept.start(messages=0, env={"CACHE": "expiry", "SINGLE_FLIGHT": "1", "DATABASE_MS": "100"})

    kept.load(service).run((READ,), users=8, seconds=1.6, warm_up=0)
    calls = hunting.calls(service)
    service.kill()

    assert len(calls) > 1, "the page never ran out"
    assert all(began < ended for began, ended in calls)
    assert all(later - ended >= TTL for (_, ended), (later, _) in pairwise(sorted(calls))), "two asked for one page"


def test_a_share_of_none_still_leaves_something_open():
    assert hunting.Hunted(0, 100).range == (0, pytest.approx(0.037, abs=0.001))
    assert hunting.Hunted(50, 100).range == (pytest.approx(0.404, abs=0.001), pytest.approx(0.596, abs=0.001))
