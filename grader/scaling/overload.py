"""Sends a service twice what it can take, and measures what becomes of its answers: meanwhile and afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from grader.errors import Failed, NotChecked
from grader.load import affinity
from grader.load.bench import Bench
from grader.load.capacity import Capacity
from grader.load.capacity_search import NEAR, PAUSE, CapacitySearch, Timing
from grader.load.generator import Generator
from grader.load.measurement import Load, Measured
from grader.load.reference import ceiling
from grader.load.samples import Sample, Window, started_in
from grader.load.slo import Slo
from grader.load.workloads import WORKLOADS
from grader.scaling.memory import MemoryWatch, megabytes
from grader.service.server import Service

FLOODER = Path(__file__).with_name("flooder.py")
WORKLOAD = "mixed"
TIMES = 2.0
"""How much is offered, as a multiple of the capacity."""
LEAST_TIMES = 1.3
"""Below this multiple nothing can be said: the queue hardly grows."""
SHARE_OF_CEILING = 0.8
BELOW_HALF = 0.475
"""The share of what a service can do at which it may refuse nothing: half, and a little slack."""
REFUSING = 0.1
LARGER = 1.3
"""By which factor the capacity must lie above what one user gets, so that the kit offers half of it, too."""
CALM = 0.25
"""The share of the capacity at which the kit asks whether the service has recovered: other load comes on top of it."""
RECOVERY = 10.0
RECOVERY_TRIED = 15.0
FLOOD_SECONDS = {"quick": 6.0, "full": 10.0}
NO_FLOOD = 1.6
"""The multiple of the capacity above which a service took nearly all: its capacity was measured in a bad moment."""
FLOODS = 4
"""How often the kit floods a service whose capacity turns out to be higher."""
PROBES = Timing(estimate=1.0, warm_up=0.3, probe=2.0, notches=2, again=PAUSE)


@dataclass(frozen=True)
class Overload:
    """What came of a flood.

    `capacity` is the highest rate of half reads, half writes at which the service keeps its objective, `alone` how many
    one user alone gets. `half` is the run below half of the larger one, `flood` the flood itself. `recovered` is
    after how many seconds the service kept its objective again; None where it didn't. Memory is in megabytes: before
    the flood, the most in its first half, and the most until its end.
    """

    line: str
    slo: Slo
    capacity: float
    alone: float
    half: Measured
    flood: Measured
    recovered: float | None
    memory: tuple[float, float, float]
    others: float = field(default=0.0)


def measure(bench: Bench, slo: Slo, level: str) -> Overload:
    """Start a service, find what it can take, flood it, and wait until it is itself again."""
    service = bench.start()
    with _generator(bench, service) as generator:
        load = Load(generator, service.url, service.process.pid)
        alone = _alone(load)
        if not alone:
            raise Failed("one user alone got no good answer", expected="200 or 201", request=service.line())
        half = _half(load, alone)
        found = Capacity() if _refuses(half) else _capacity(load, slo)
        if found.held > LARGER * alone:
            half = _half(load, found.held)
        capacity = found.held or alone
        most = ceiling(generator, bench.resources.programs, seconds=1.0)
        before = megabytes(service.process.pid)
        for _ in range(FLOODS):
            with MemoryWatch(service.process.pid) as watch:
                rate = _rate(capacity, most)
                flood = load.run(WORKLOADS[WORKLOAD], rate=rate, warm_up=0.0, seconds=FLOOD_SECONDS[level], seed=98)
            ended = time.monotonic()
            if (taken := taken_in_time(flood, slo)) <= NO_FLOOD * capacity:
                break
            capacity = taken
        opening, closing = flood.window
        middle = (opening + closing) / 2
        memory = (before, watch.highest(opening, middle), watch.highest(middle, ended))
        recovered = _recovery(load, slo, CALM * capacity, closing)
        service.kill()
    others = max([half.probe.other, *(judged.probe.other for judged in found.probes)])
    return Overload(service.line(), slo, capacity, alone, half, flood, recovered, memory, others)


def second_half(flood: Measured) -> list[Sample]:
    """Return the requests of the second half of a flood: until then, an empty queue takes some of what is too much."""
    opening, closing = flood.window
    return started_in(Window((opening + closing) / 2, closing), flood.record.samples)


def taken_in_time(flood: Measured, slo: Slo) -> float:
    """Return how many requests per second of the second half of a flood were answered well and within the objective."""
    return sum(is_in_time(sample, slo) for sample in second_half(flood)) / (flood.window.seconds / 2)


def is_in_time(sample: Sample, slo: Slo) -> bool:
    """Tell whether a request was answered well and within the objective, without what the generator was late by."""
    return sample.answered and (sample.seconds - sample.late) * 1000 <= slo.p95_ms[sample.name]


def _half(load: Load, able: float) -> Measured:
    """Offer a little less than half of what a service can do."""
    return load.run(WORKLOADS[WORKLOAD], rate=BELOW_HALF * able, warm_up=0.5, seconds=2.0, seed=97)


def _refuses(half: Measured) -> bool:
    """Tell whether a service refuses so much that a search for its capacity would only find its limit."""
    return half.probe.failed_share > REFUSING


def _capacity(load: Load, slo: Slo) -> Capacity:
    """Search for the capacity, from what four users get on."""
    four = load.run(WORKLOADS[WORKLOAD], users=4, warm_up=0.3, seconds=1.0).probe.achieved
    search = CapacitySearch(load, WORKLOAD, slo, timing=PROBES)
    search.search.run(0.7 * four, stride=NEAR)
    return search.search.found


@contextmanager
def _generator(bench: Bench, service: Service) -> Iterator[Generator]:
    """Start the generator, and give it and the service processors of their own where there are two."""
    with Generator(bench.resources.programs, sender=FLOODER) as generator:
        own = affinity.processors()
        if len(own) > 1:
            affinity.keep_to(generator.pid, own[-1:])
            affinity.keep_to(service.process.pid, own[:-1])
        yield generator


def _alone(load: Load) -> float:
    """Return how many requests per second one user gets who waits for each answer, without those refused."""
    measured = load.run(WORKLOADS[WORKLOAD], users=1, warm_up=0.5, seconds=1.5)
    seconds = [sample.seconds for sample in measured.record.samples if sample.answered]
    return 1 / mean(seconds) if seconds else 0.0


def _rate(capacity: float, most: float) -> float:
    """Return the rate of the flood: twice the capacity, or as much as the generator can send in time."""
    rate = min(TIMES * capacity, SHARE_OF_CEILING * most)
    if rate < LEAST_TIMES * capacity:
        raise NotChecked(
            f"The service takes {capacity:.0f} requests per second; the kit's generator can't send twice as many here."
        )
    return rate


def _recovery(load: Load, slo: Slo, rate: float, since: float) -> float | None:
    """Return how many seconds after an instant the service kept its objective again; None if it took too long."""
    seed = 200
    while (began := time.monotonic()) < since + RECOVERY_TRIED:
        seed += 1
        measured = load.run(WORKLOADS[WORKLOAD], rate=rate, warm_up=0.2, seconds=1.0, seed=seed)
        if slo.broken_by(measured) is None:
            return began - since
    return None
