"""Interventions: one thing is changed, everything else is held, and the two are measured in turn.

A correlation says that two things move together. An intervention says which of them moves the other: whoever puts the
database into memory and sees the writes multiply knows what they waited for.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

from grader.errors import Failed, NotChecked
from grader.load import affinity
from grader.load.bench import Bench, cores
from grader.load.comparison import Comparison, Half, Pair, compare
from grader.load.cpu import Reading, cores_between, machine_seconds, tree_seconds
from grader.load.figures import Figure, Figures, batch
from grader.load.interventions import ALL, FEW, LOCK_SECONDS, LONG, MANY, SHORT, Intervention
from grader.load.measurement import Load
from grader.load.server_timing import database_ms
from grader.load.workloads import READ, WORKLOADS, Request, reads
from grader.service.server import Service

Batch = Callable[[], Half]
CLIENTS = 8
COSTS = (Figure.CPU, Figure.READS, Figure.WRITES)
MESSAGE = {"text": "Who brings the map?"}


@dataclass(frozen=True)
class Finding:
    """What came of an intervention; `metrics` has its figures by the names that `answers.toml` uses.

    `costs` has what one answer costs the service on either side, as far as that is known, as medians of the batches.
    """

    intervention: Intervention
    comparison: Comparison
    metrics: Mapping[str, float] = field(default_factory=dict)
    costs: Mapping[Figure, tuple[float, float]] = field(default_factory=dict)


class Side:
    """The batches of one side: each gives the figure that is compared, and `figures` keeps all that they showed."""

    def __init__(
        self,
        load: Load,
        requests: tuple[Request, ...],
        figure: Figure,
        *,
        users: int = 1,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self._send = batch(load, requests, users=users)
        self._figure = figure
        self._before = before
        self.figures: list[Figures] = []

    def __call__(self) -> Half:
        self._before()
        self.figures.append(self._send())
        return self.figures[-1].half(self._figure)


def intervene(
    bench: Bench, name: str, workload: str = "writes", tell: Callable[[Pair], None] = lambda _: None
) -> Finding:
    """Carry out an intervention on services of a project, in turns, until the decision rule has an answer.

    `workload` says what `clients` send: `reads`, `writes` or `mixed`. Raises NotChecked where this machine or the
    project's database lacks what the intervention needs.
    """
    prepare = PREPARE[name]
    with prepare(bench, workload) as (batch_a, batch_b, metrics):
        comparison = compare(batch_a, batch_b, ALL[name].threshold, tell)
        return Finding(ALL[name], comparison, metrics(comparison), _costs(batch_a, batch_b))


Prepared = tuple[Batch, Batch, Callable[[Comparison], dict[str, float]]]


@contextlib.contextmanager
def _rows(bench: Bench, _workload: str) -> Iterator[Prepared]:
    few = bench.start(messages=0, data=bench.filled(FEW))
    many = bench.start(messages=0, data=bench.filled(MANY))
    yield (
        Side(bench.load(few), (READ,), Figure.P50),
        Side(bench.load(many), (READ,), Figure.P50),
        lambda found: {"p50_ratio_rows_16": found.ratio},
    )


@contextlib.contextmanager
def _limit(bench: Bench, _workload: str) -> Iterator[Prepared]:
    load = bench.load(bench.start())
    yield (
        Side(load, reads(SHORT), Figure.P50),
        Side(load, reads(LONG), Figure.P50),
        lambda found: {"p50_ratio_limit_5": found.ratio},
    )


@contextlib.contextmanager
def _memory(bench: Bench, _workload: str) -> Iterator[Prepared]:
    on_disk, there = bench.start(), bench.start(data=bench.fresh_in_memory())
    yield (
        Side(bench.load(on_disk), WORKLOADS["writes"], Figure.RATE),
        Side(bench.load(there), WORKLOADS["writes"], Figure.RATE),
        lambda found: dict(zip(("writes_per_s_disk", "writes_per_s_memory"), found.medians, strict=True)),
    )


@contextlib.contextmanager
def _processor(bench: Bench, _workload: str) -> Iterator[Prepared]:
    if cores() < 2:
        raise NotChecked("This machine has one processor, so none can be taken away.")
    service = bench.start()

    def on(count: int | None) -> Side:
        return Side(
            bench.load(service),
            WORKLOADS["reads"],
            Figure.RATE,
            users=CLIENTS,
            before=lambda: _keep_to(service, count),
        )

    yield on(None), on(1), lambda found: {"rate_ratio_one_processor": found.ratio}


@contextlib.contextmanager
def _clients(bench: Bench, workload: str) -> Iterator[Prepared]:
    load = bench.load(bench.start())
    requests = WORKLOADS[workload]
    many = Side(load, requests, Figure.RATE, users=CLIENTS)
    yield (
        Side(load, requests, Figure.RATE),
        many,
        lambda found: {"rate_ratio_clients_8": found.ratio, "service_cores_clients_8": _cores_used(many)},
    )


@contextlib.contextmanager
def _lock(bench: Bench, _workload: str) -> Iterator[Prepared]:
    service = bench.start(env={"TIMING": "on"})
    seen: dict[bool, list[tuple[float, float | None]]] = {False: [], True: []}

    def write(*, locked: bool) -> Half:
        before = _reading(service)
        began = time.monotonic()
        with service.database.locked(LOCK_SECONDS) if locked else contextlib.nullcontext():
            began = time.monotonic()
            reply = service.request("POST", "/messages", json=MESSAGE)
            total = (time.monotonic() - began) * 1000
        if reply.status not in (200, 201):
            raise Failed(f"A write got status {reply.status} while the database was locked for {LOCK_SECONDS:g} s.")
        time.sleep(max(0.0, began + 2 * LOCK_SECONDS - time.monotonic()))
        seen[locked].append((total, database_ms(reply.headers)))
        return Half(total, cores_between(before, _reading(service)).other)

    yield lambda: write(locked=False), lambda: write(locked=True), lambda _found: _share(seen)


@contextlib.contextmanager
def _cache(bench: Bench, _workload: str) -> Iterator[Prepared]:
    on, off = (bench.start(env={"CACHE": setting}) for setting in ("on", "off"))
    yield (
        Side(bench.load(on), reads(LONG), Figure.P50),
        Side(bench.load(off), reads(LONG), Figure.P50),
        lambda found: {"cache_gain": found.ratio},
    )


PREPARE: dict[str, Callable[[Bench, str], contextlib.AbstractContextManager[Prepared]]] = {
    "rows": _rows,
    "limit": _limit,
    "memory": _memory,
    "processor": _processor,
    "clients": _clients,
    "lock": _lock,
    "cache": _cache,
}


def _costs(a: Batch, b: Batch) -> dict[Figure, tuple[float, float]]:
    """Return the medians of what an answer cost on both sides; nothing where a batch was no load."""
    if not (isinstance(a, Side) and isinstance(b, Side)):
        return {}
    found = {}
    for figure in COSTS:
        sides = [[getattr(one, figure.value) for one in side.figures] for side in (a, b)]
        if all(values and None not in values for values in sides):
            found[figure] = (median(sides[0]), median(sides[1]))
    return found


def _cores_used(side: Side) -> float:
    """Return how many cores the service used on one side, as the median of its batches."""
    return median([(one.cpu_ms or 0.0) * one.rate / 1000 for one in side.figures])


def _keep_to(service: Service, count: int | None) -> None:
    """Let a service use only so many processors, or all of them."""
    if not affinity.CAN_PIN:
        raise NotChecked("This system doesn't let a program be kept to one processor.")
    affinity.keep_to(service.process.pid, affinity.processors()[:count])


def _reading(service: Service) -> Reading:
    return Reading(time.monotonic(), tree_seconds(service.process.pid), 0.0, machine_seconds())


def _share(seen: Mapping[bool, list[tuple[float, float | None]]]) -> dict[str, float]:
    """Return which share of the time that the lock adds the service says it spent waiting for the database."""
    means = {}
    for locked, entries in seen.items():
        if any(database is None for _, database in entries):
            return {}
        totals, databases = [total for total, _ in entries], [database or 0.0 for _, database in entries]
        means[locked] = (sum(totals) / len(totals), sum(databases) / len(databases))
    added = means[True][0] - means[False][0]
    return {"db_ms_share_locked": (means[True][1] - means[False][1]) / added} if added > 0 else {}
