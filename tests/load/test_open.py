"""Open arrivals against the reference server: as many as offered, at their times, and honest about a stall."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.load.generator import Generator, Progress
from grader.load.measurement import Load, Measured
from grader.load.reference import ReferenceServer, ceiling
from grader.load.samples import sent_late
from grader.load.workloads import READ, WORKLOADS

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
def generator() -> Iterator[Generator]:
    with Generator() as generator:
        yield generator


def measured(generator: Generator, *options: str, **load: float) -> Measured:
    with ReferenceServer(*options) as server:
        return Load(generator, server.url, server.pid).run((READ,), warm_up=0.2, **load)  # type: ignore[arg-type]


def test_what_is_offered_is_sent(generator: Generator) -> None:
    probe = measured(generator, rate=120.0, seconds=1.0).probe

    assert (probe.users, probe.offered, probe.planned, probe.sent, probe.failed) == (None, 120.0, 120, 120, 0)
    assert probe.achieved == 120.0


def test_the_same_seed_sends_at_the_same_times(generator: Generator) -> None:
    runs = [measured(generator, rate=50.0, seconds=0.6, seed=seed) for seed in (1, 1, 2)]

    first, again, other = [
        [round(sample.start - run.window.opening, 5) for sample in sorted(run.record.samples)] for run in runs
    ]
    assert first == pytest.approx(again, abs=1e-4)
    assert first != pytest.approx(other, abs=1e-4)


def test_a_stall_shows_in_an_open_loop_and_hides_in_a_closed_one(generator: Generator) -> None:
    """The server stands still for the first 0.5 s of every 1.5 s: a third of the requests should wait for it."""
    stalls = ("--seconds", "0.002", "--stall", "0.5", "--every", "1.5")
    opened = measured(generator, *stalls, rate=60.0, seconds=3.0).probe
    closed = measured(generator, *stalls, users=2, seconds=3.0).probe

    assert (opened.p95_ms or 0) > 300
    assert (closed.p95_ms or 1000) < 100


def test_a_service_that_is_overwhelmed_is_not_the_generators_fault(generator: Generator) -> None:
    """Its capacity is 50 per second. Of 200, most wait for each other, and all that came are counted."""
    run = measured(generator, "--seconds", "0.02", "--at-once", "1", rate=200.0, seconds=1.5)

    assert run.probe.planned == 300
    assert (run.probe.p95_ms or 0) > 1000
    assert run.record.rested > 0.25
    # On a machine that is too busy, it may send late besides, and then it says so.
    assert run.probe.generator_bound == sent_late(run.window, run.record.samples)


def test_beyond_400_under_way_a_request_waits_for_the_service(generator: Generator) -> None:
    run = measured(generator, "--seconds", "1", rate=900.0, seconds=0.6)

    probe = run.probe
    assert (run.record.most_under_way, probe.sent, probe.failed) == (400, 540, 0)
    # With the 180 of the warm-up, 720 are sent: those beyond 400 wait until the first answers come.
    assert sum(sample.seconds > 1.2 for sample in run.record.samples) >= 300
    assert probe.generator_bound == sent_late(run.window, run.record.samples)


def test_a_generator_that_has_no_rest_says_that_it_is_the_limit(generator: Generator) -> None:
    """Nobody could send so much. Requests wait inside the generator for each other, as if the service were slow."""
    run = measured(generator, rate=60_000.0, seconds=0.8)

    # The server needs a processor, too: where both are short of one, the generator waits for it now and then.
    assert run.record.rested < 0.5
    assert run.probe.generator_bound


def test_a_generator_that_waits_for_the_service_rests(generator: Generator) -> None:
    run = measured(generator, "--seconds", "0.02", rate=20.0, seconds=1.0)

    assert run.record.rested > 0.25
    assert run.probe.generator_bound == sent_late(run.window, run.record.samples)


def test_each_kind_of_a_mix_is_half_of_it(generator: Generator) -> None:
    with ReferenceServer() as server:
        run = Load(generator, server.url, server.pid).run(WORKLOADS["mixed"], rate=100.0, warm_up=0.0, seconds=1.0)

    names = [sample.name for sample in run.record.samples]
    assert (names.count("GET /messages"), names.count("POST /messages")) == (50, 50)


def test_it_tells_how_far_it_is(generator: Generator) -> None:
    heard: list[Progress] = []
    measured(generator, users=2, seconds=1.6, tell=heard.append)  # type: ignore[arg-type]

    assert len(heard) >= 2
    assert [one.seconds for one in heard] == sorted(one.seconds for one in heard)
    assert heard[-1].answered > 0


def test_the_ceiling_is_far_above_what_a_service_does(generator: Generator) -> None:
    assert ceiling(generator, seconds=0.5) > 200
