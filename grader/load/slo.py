"""The service level objective: what a service promises about its answers under load, and whether a run kept it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.errors import UsageError
from grader.load.measurement import Measured
from grader.load.samples import had_no_rest, percentile_ms, sent_late, started_in
from grader.load.workloads import READ, WRITE
from grader.project import handed_files

FILE = "slo.toml"
KINDS = {"reads": READ.name, "writes": WRITE.name}


@dataclass(frozen=True)
class Slo:
    """`p95_ms` has the limit of each kind of request, by its name, in milliseconds.

    At most the share `failed` of the requests may fail, and at least the share `achieved` of those offered must be
    answered well.
    """

    p95_ms: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({READ.name: 100.0, WRITE.name: 200.0}))
    failed: float = 0.01
    achieved: float = 0.95

    def broken_by(self, measured: Measured) -> str | None:
        """Return why a run didn't keep the objective, `failures` or `latency`; None where it kept it."""
        probe = measured.probe
        if measured.ended or probe.failed_share > self.failed:
            return "failures"
        if probe.offered is not None:
            # Of a rate such as 2.2 per second, 1.5 s have room for three requests, not for 3.3.
            seconds = measured.window.seconds
            if probe.achieved * seconds < self.achieved * min(probe.planned, probe.offered * seconds):
                return "latency"
        slow = [name for name, p95 in self.p95_of(measured).items() if p95 > self.p95_ms[name]]
        return "latency" if slow else None

    def hangs_on_the_generator(self, measured: Measured) -> bool:
        """Tell whether an open run that broke the objective might have kept it with a faster generator.

        What a service refuses although it came in time is its own limit, however busy the generator was. A generator
        that was late, but had rest, was the limit only where the objective was kept without its lateness.
        """
        record = measured.record
        refused = sum(bool(one.status) and not one.answered for one in started_in(measured.window, record.samples))
        if refused > self.failed * measured.probe.planned and not sent_late(measured.window, record.samples):
            return False
        return had_no_rest(record.rested) or self.broken_by(measured.without_lateness) is None

    def p95_of(self, measured: Measured) -> dict[str, float]:
        """Return the 95th percentile of the latency of each kind of request that has a limit, in milliseconds."""
        inside = started_in(measured.window, measured.record.samples)
        found = {}
        for name in self.p95_ms:
            p95 = percentile_ms([sample.seconds for sample in inside if sample.answered and sample.name == name], 95)
            if p95 is not None:
                found[name] = p95
        return found

    def in_words(self, workload: str) -> str:
        """Say the objective for a workload in the form of `capacity.toml`."""
        wanted = KINDS if workload == "mixed" else {workload: KINDS[workload]}
        limits = [
            f"{f'{kind} ' if len(wanted) > 1 else ''}p95<={self.p95_ms[name]:g}ms" for kind, name in wanted.items()
        ]
        return ", ".join([*limits, f"fail<={100 * self.failed:g}%"])


def read(project: Path) -> Slo:
    """Read the objective from `slo.toml` of a project, or return the usual one where there is no such file.

    Raises UsageError with one sentence when the file can't be read or holds something else.
    """
    try:
        data = handed_files.toml(project / FILE)
    except FileNotFoundError:
        return Slo()
    except (OSError, ValueError) as error:
        raise UsageError(f"{FILE} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    usual = Slo()
    limits = dict(usual.p95_ms)
    shares = {"failed": usual.failed, "achieved": usual.achieved}
    for name, value in data.items():
        if name in KINDS and isinstance(value, dict) and set(value) == {"p95_ms"}:
            limits[KINDS[name]] = _number(f"{name}.p95_ms", value["p95_ms"], 1e6)
        elif name in shares:
            shares[name] = _number(name, value, 1.0)
        else:
            raise UsageError(
                f'{FILE}: "{name}" is not known. There are [reads] and [writes] with p95_ms, failed, achieved.'
            )
    return Slo(limits, **shares)


def _number(name: str, value: Any, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= highest:
        raise UsageError(f"{FILE}: {name} must be a number above 0, at most {highest:g}.")
    return float(value)
