"""Measures a running service under load: a warm-up, a measured window, and the result of every request."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from grader.errors import MachineError
from grader.load.cpu import Cores, Meter, cores_between, is_running
from grader.load.generator import FINISH_WITHIN, Generator, Record
from grader.load.samples import Sample, Window, generator_bound, percentile_ms, started_in

NEEDED = ("locust", "psutil")
"""The packages that a measurement needs."""


class LoadUnavailable(MachineError):
    """The packages that a measurement needs are not installed."""


@dataclass(frozen=True)
class Probe:
    """What the service did in one measured window.

    `offered` and `achieved` are in requests per second; `offered` is None in a closed loop. The percentiles are
    latencies of answered requests in milliseconds, or None without answers. `cpu_service`, `cpu_generator` and `other`
    are in cores.
    """

    users: int
    offered: float | None
    achieved: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    failed: int
    cpu_service: float
    cpu_generator: float
    other: float


@dataclass(frozen=True)
class Workload:
    """The result of one kind of load. `answered` and `failed` count the requests of the whole run, warm-up included."""

    workload: str
    model: str
    generator_bound: bool
    probes: tuple[Probe, ...]
    answered: int
    failed: int
    note: str | None


def measure(url: str, service_pid: int, *, users: int = 8, warm_up: float = 1.0, seconds: float = 3.0) -> Workload:
    """Load `GET /` of a running service in a closed loop: each user requests again as soon as its answer has come.

    `url` is the base URL of the service, `service_pid` its process id. `warm_up` and `seconds` are in seconds. The run
    takes both, and at most 15 s more for Locust's start and end. Locust sends every request once.

    `answered` counts the complete answers of status 200 from the first request to the last, `failed` all other
    requests. So a service that writes one row for each request has written at least `answered` and at most `answered` +
    `failed` rows. The percentiles and the throughput are of the requests that began after the warm-up.

    Raises LoadUnavailable without Locust or psutil, and MachineError when Locust itself fails.
    """
    _require(NEEDED)
    with Generator(url, users=users, warm_up=warm_up, seconds=seconds) as generator:
        meter = Meter(service_pid, generator.pid)
        opening = generator.began() + warm_up
        generator.wait_until(opening)
        before = meter.read()
        generator.wait_until(opening + seconds)
        cores = cores_between(before, meter.read())
        record = generator.finish()
        ended = not is_running(service_pid)
    window = Window(opening, opening + seconds)
    answered = sum(sample.answered for sample in record.samples)
    return Workload(
        workload="root",
        model="closed",
        generator_bound=generator_bound(window, record.samples, users),
        probes=(_probe(users, window, started_in(window, record.samples), cores),),
        answered=answered,
        failed=len(record.samples) - answered,
        note=_note(record, ended=ended),
    )


def _require(packages: tuple[str, ...]) -> None:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        names = " and ".join(missing)
        raise LoadUnavailable(f"This needs {names}; to install, type in the kit's folder: make grade")


def _probe(users: int, window: Window, samples: list[Sample], cores: Cores) -> Probe:
    durations = [sample.seconds for sample in samples if sample.answered]
    return Probe(
        users=users,
        offered=None,
        achieved=len(durations) / window.seconds,
        p50_ms=percentile_ms(durations, 50),
        p95_ms=percentile_ms(durations, 95),
        p99_ms=percentile_ms(durations, 99),
        failed=len(samples) - len(durations),
        cpu_service=cores.service,
        cpu_generator=cores.generator,
        other=cores.other,
    )


def _note(record: Record, *, ended: bool) -> str | None:
    """Return remarks without which the figures would mislead a reader; None if there are none."""
    failed = sum(not sample.answered for sample in record.samples)
    own, locusts = (len(record.samples), failed), (record.locust_requests, record.locust_failures)
    remarks = []
    if ended:
        remarks.append("The service ended during the load.")
    if record.unanswered:
        remarks.append(f"Still unanswered {FINISH_WITHIN} s after the end: {record.unanswered}.")
    if own != locusts:
        remarks.append(
            f"The kit counted {own[0]} requests and {own[1]} failures, Locust {locusts[0]} and {locusts[1]}."
        )
    if record.exit_code:
        remarks.append(f"Locust ended with exit code {record.exit_code}.")
    return " ".join(remarks) or None
