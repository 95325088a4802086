"""Measures a running service under load: a warm-up, a measured window, and the result of every request."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import urlsplit

from grader.errors import Failed, MachineError
from grader.http_client.client import HttpClient
from grader.load.cpu import Cores, Meter, cores_between, is_running
from grader.load.failures import kinds
from grader.load.generator import FINISH_WITHIN, Generator, Job, Progress, Record
from grader.load.samples import (
    Sample,
    Window,
    answered_in,
    generator_bound,
    had_no_rest,
    lengthened,
    percentile_ms,
    sent_late,
    started_in,
)
from grader.load.usage import NOTHING, Usage, usage, usage_at_rest, used_between
from grader.load.workloads import Request
from grader.place import how_to_add

LEAST_PARTIAL = 0.5
"""Seconds of a measured window below which there is nothing to say after Ctrl-C."""
STALLED = "The service stopped answering in the warm-up, and each user waited, so there was nothing to measure."
NEEDED = ("locust", "psutil")
"""The packages that a measurement needs."""


class LoadUnavailable(MachineError):
    """The packages that a measurement needs are not installed."""


@dataclass(frozen=True)
class Probe:
    """What the service did in one measured window.

    `offered` and `achieved` are in requests per second; `offered` and `users` are None in a closed and in an open loop.
    The percentiles are latencies of answered requests in milliseconds, or None without answers; in an open loop they
    count from the moment at which a request should have been sent. `failed` counts those that got no good answer.
    `throughput` is how many good answers came per second inside the window: less than `achieved` where answers come so
    late that they are still under way at its end. `failures` counts those that failed by their kind.
    `cpu_service`, `cpu_generator` and `other` are in cores. `generator_bound` says that the generator was the limit:
    then `achieved` is what the service does at least.
    """

    users: int | None
    offered: float | None
    achieved: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    failed: int
    cpu_service: float
    cpu_generator: float
    other: float
    planned: int = 0
    sent: int = 0
    most_under_way: int = 0
    generator_bound: bool = False
    throughput: float = 0.0
    failures: Mapping[str, int] = field(default_factory=dict)

    @property
    def failed_share(self) -> float:
        """The share of the planned requests that got no good answer."""
        return self.failed / self.planned if self.planned else 1.0


@dataclass(frozen=True)
class Measured:
    """One run: its measured window, every request of the whole run, and whether the service lived to its end.

    `used` is what the service used for the whole run, warm-up included.
    """

    probe: Probe
    record: Record
    window: Window
    ended: bool
    used: Usage = NOTHING

    @property
    def answered(self) -> int:
        """How many requests got a complete answer of a status of success, from the first to the last one sent."""
        return sum(sample.answered for sample in self.record.samples)

    @property
    def failed(self) -> int:
        """How many requests got no such answer. Each of them may have been carried out all the same."""
        return len(self.record.samples) - self.answered + len(self.record.unanswered)

    @property
    def without_lateness(self) -> Measured:
        """The same run, with latencies from the moment at which the generator could send: without what it was late."""
        samples = tuple(sample._replace(seconds=sample.seconds - sample.late) for sample in self.record.samples)
        return replace(self, record=replace(self.record, samples=samples))


class Stopped(KeyboardInterrupt):
    """Ctrl-C came while a run was measured. `measured` is what was measured until then."""

    def __init__(self, measured: Measured) -> None:
        super().__init__()
        self.measured = measured


class Load:
    """A generator and a running service, for as many measurements as wanted.

    `url` is the base URL of the service, `service_pid` its process id. The generator stays the caller's.
    """

    def __init__(self, generator: Generator, url: str, service_pid: int) -> None:
        self._generator = generator
        self._url = url
        self._pid = service_pid

    def run(
        self,
        requests: Sequence[Request],
        *,
        users: int | None = None,
        rate: float | None = None,
        warm_up: float = 0.5,
        seconds: float = 4.0,
        seed: int = 1,
        limits: Mapping[str, float] = MappingProxyType({}),
        tell: Callable[[Progress], None] | None = None,
    ) -> Measured:
        """Send one run, with `users` in a closed loop or at `rate` requests per second in an open one.

        `warm_up` and `seconds` are in seconds: only the requests of the second part are measured. Every request is sent
        once. An open run is given up early when a fifth of its requests were slower than the `limits` in seconds, by
        their name. `tell` hears how far the run is. Raises MachineError when Locust itself fails, Stopped on Ctrl-C.
        """
        generator = self._generator
        job = Job(self._url, requests, warm_up + seconds, users, rate, seed, warm_up=warm_up, limits=limits)
        meter = Meter(self._pid, generator.pid)
        start = usage(self._pid)
        opening = generator.begin(job) + warm_up
        generator.wait_until(opening)
        before, (stopped, closing) = meter.read(), self._sent_until(opening + seconds, tell)
        if stopped and closing < opening + LEAST_PARTIAL:
            raise KeyboardInterrupt
        cores = cores_between(before, meter.read())
        record = generator.finish()
        used = used_between(start, usage_at_rest(self._pid))
        window = Window(opening, closing)
        probe = _probe(job, window, record, cores)
        measured = Measured(probe, record, window, ended=not is_running(self._pid), used=used)
        if stopped:
            raise Stopped(measured)
        return measured

    @property
    def ended(self) -> bool:
        """Whether the service has ended."""
        return not is_running(self._pid)

    def answers(self, within: float = 10.0) -> bool:
        """Tell whether the service gives a complete answer to one request, with any status."""
        try:
            HttpClient(urlsplit(self._url).port or 80).get("/", patience=within)
        except Failed:
            return False
        return True

    def _sent_until(self, closing: float, tell: Callable[[Progress], None] | None) -> tuple[bool, float]:
        """Wait until the run is sent. Return whether Ctrl-C ended it, and the instant after which nothing was sent."""
        try:
            return False, self._generator.wait_until(closing, tell)
        except KeyboardInterrupt:
            self._generator.stop()
            return True, time.monotonic()


def require(packages: tuple[str, ...] = NEEDED) -> None:
    """Raise LoadUnavailable where a package is missing that a measurement needs."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        names = " and ".join(missing)
        raise LoadUnavailable(f"This needs {names}; to install, {how_to_add('load')}")


def note_on(run: Measured) -> str | None:
    """Return remarks without which the figures of a run would mislead a reader; None if there are none."""
    record = run.record
    failed = sum(not sample.answered for sample in record.samples)
    own, locusts = (len(record.samples), failed), (record.locust_requests, record.locust_failures)
    remarks = []
    if run.ended:
        remarks.append("The service ended during the load.")
    if record.unanswered:
        remarks.append(f"Still unanswered {FINISH_WITHIN} s after the end: {len(record.unanswered)}.")
    if run.probe.offered is not None and not run.probe.generator_bound:
        longer = lengthened(run.window, record.samples).items()
        parts = [f"p{percent} is between {without:.0f} ms and {whole:.0f} ms" for percent, (whole, without) in longer]
        if parts:
            remarks.append(f"The generator itself was late, so {' and '.join(parts)}.")
    if own != locusts:
        remarks.append(
            f"The kit counted {own[0]} requests and {own[1]} failures, Locust {locusts[0]} and {locusts[1]}."
        )
    return " ".join(remarks) or None


def _probe(job: Job, window: Window, record: Record, cores: Cores) -> Probe:
    waiting = [Sample(start, window.closing + FINISH_WITHIN - start, answered=False) for start in record.unanswered]
    inside = started_in(window, [*record.samples, *waiting])
    durations = [sample.seconds for sample in inside if sample.answered]
    planned = len(inside)
    if job.rate is not None:
        planned = max(planned, record.due or round(job.rate * window.seconds))
    sent = started_in(window, record.samples)
    probe = Probe(
        users=job.users,
        offered=job.rate,
        achieved=len(durations) / window.seconds,
        p50_ms=percentile_ms(durations, 50),
        p95_ms=percentile_ms(durations, 95),
        p99_ms=percentile_ms(durations, 99),
        failed=max(0, planned - len(durations)),
        cpu_service=cores.service,
        cpu_generator=cores.generator,
        other=cores.other,
        planned=planned,
        sent=len(inside),
        most_under_way=record.most_under_way,
        throughput=answered_in(window, record.samples) / window.seconds,
        failures=kinds(sent, waiting=len(inside) - len(sent), unsent=planned - len(inside)),
    )
    return replace(probe, generator_bound=_bound(job, window, [*record.samples, *waiting], record.rested))


def _bound(job: Job, window: Window, samples: Sequence[Sample], rested: float) -> bool:
    if job.users is None:
        return sent_late(window, samples) or had_no_rest(rested)
    return generator_bound(window, samples, job.users)
