"""A run that can't keep its objective any more is given up, and judged as if it had come to its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.load.generator import Generator
from grader.load.lost import Slow
from grader.load.measurement import Load
from grader.load.reference import ReferenceServer
from grader.load.slo import Slo
from grader.load.workloads import READ

pytestmark = pytest.mark.timeout(60)
JOB = {"rate": 10.0, "seconds": 5.0, "warm_up": 1.0, "limits": {"reads": 0.1, "writes": 0.2}}
RATE, SECONDS = 100.0, 3.0
LIMITS = {READ.name: 0.1}


@pytest.fixture
def generator(nothing_left: object) -> Iterator[Generator]:
    with Generator() as running:
        yield running


def slow(*requests: tuple[str, float, float], job: dict[str, object] = JOB) -> Slow:
    counted = Slow(job, opening=100.0)
    for request in requests:
        counted.note(*request)
    return counted


def test_more_than_a_fifth_of_all_planned_requests_must_be_slow() -> None:
    reads = [("reads", 101.0 + number / 10, 0.11) for number in range(8)]

    assert not slow(*reads).are_too_many([], 104.0)
    assert slow(*reads, ("writes", 104.0, 0.21)).are_too_many([], 104.5)
    assert not slow(*reads, ("writes", 104.0, 0.19)).are_too_many([], 104.5)
    assert not slow(*reads, ("others", 104.0, 9.0)).are_too_many([], 104.5)


def test_what_waits_for_longer_than_any_limit_is_slow_already() -> None:
    reads = [("reads", 101.0, 0.11)] * 8

    assert slow(*reads).are_too_many([104.0], 104.21)
    assert not slow(*reads).are_too_many([104.0], 104.19)


def test_the_warm_up_does_not_count() -> None:
    early = [("reads", 100.9, 5.0)] * 30

    assert not slow(*early).are_too_many([100.0] * 30, 104.0)


@pytest.mark.parametrize("job", [JOB | {"limits": {}}, {key: JOB[key] for key in JOB if key != "rate"}])
def test_without_limits_and_in_a_closed_loop_nothing_is_given_up(job: dict[str, object]) -> None:
    assert not slow(*[("reads", 101.0, 5.0)] * 99, job=job).are_too_many([101.0] * 99, 104.0)


def test_a_run_that_is_lost_ends_early_and_breaks_the_objective(generator: Generator) -> None:
    with ReferenceServer("--seconds", "0.15") as server:
        load = Load(generator, server.url, server.pid)
        given_up = load.run((READ,), rate=RATE, warm_up=0.2, seconds=SECONDS, limits=LIMITS)
        whole = load.run((READ,), rate=RATE, warm_up=0.2, seconds=SECONDS)

    assert 0.2 * SECONDS <= given_up.window.seconds < 0.75 * SECONDS < 0.95 * SECONDS <= whole.window.seconds
    assert given_up.probe.planned == pytest.approx(RATE * given_up.window.seconds, rel=0.3)
    assert Slo().broken_by(given_up) == Slo().broken_by(whole) == "latency"
    assert (given_up.probe.failed, given_up.probe.failures) == (0, {})


def test_a_run_that_keeps_its_objective_comes_to_its_end(generator: Generator) -> None:
    with ReferenceServer("--seconds", "0.01") as server:
        measured = Load(generator, server.url, server.pid).run(
            (READ,), rate=RATE, warm_up=0.2, seconds=1.0, limits=LIMITS
        )

    assert measured.window.seconds == 1.0
