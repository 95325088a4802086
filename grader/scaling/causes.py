"""Which figures fit which limit: the table by which evidence is judged.

An intervention leaves a mark on each limit. Whoever waits for the commit writes faster in memory, and nobody else does;
eight clients get no more than one from a service that has one lock, whose processor is idle meanwhile. Evidence for a
cause is as good as what it excludes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf

CAUSES = ("cpu_app", "cpu_db", "commit", "lock", "network", "generator", "none_found")
DISK, IN_MEMORY = "writes_per_s_disk", "writes_per_s_memory"
GAIN = f"{IN_MEMORY} / {DISK}"
ROWS, LIMIT = "p50_ratio_rows_16", "p50_ratio_limit_5"
CLIENTS, CORES = "rate_ratio_clients_8", "service_cores_clients_8"
PROCESSOR, LOCKED = "rate_ratio_one_processor", "db_ms_share_locked"
METRICS: Mapping[str, str] = {
    DISK: "memory",
    IN_MEMORY: "memory",
    ROWS: "rows",
    LIMIT: "limit",
    CLIENTS: "clients",
    CORES: "clients",
    PROCESSOR: "processor",
    LOCKED: "lock",
}
"""The metrics that evidence may name, and the intervention that gives each."""
RATES = frozenset({DISK, IN_MEMORY})
"""Those that grow with the speed of a machine. The others are ratios and shares."""


@dataclass(frozen=True)
class Range:
    """The values of a figure that fit a cause."""

    low: float = 0.0
    high: float = inf

    def holds(self, value: float, slack: float = 1.0) -> bool:
        """Tell whether a value lies inside, or outside by less than the factor `slack`."""
        return self.low / slack <= value <= self.high * slack


BUSY = Range(low=0.7)
"""Cores that a service uses whose processor is the limit."""
IDLE = Range(high=0.7)
FLAT = Range(high=1.6)
GROWING = Range(low=1.6)
SLOW_DISK, FAST_DISK = Range(low=1.5), Range(high=1.5)
SIGNATURES: Mapping[str, Mapping[str, Range]] = {
    "commit": {GAIN: SLOW_DISK, CORES: Range(high=0.95)},
    "cpu_app": {GAIN: FAST_DISK, CORES: BUSY, ROWS: Range(high=1.4), LIMIT: Range(high=2.7)},
    "cpu_db": {GAIN: FAST_DISK, CORES: BUSY, ROWS: Range(low=1.4)},
    "lock": {GAIN: FAST_DISK, CORES: IDLE, CLIENTS: FLAT},
    "network": {GAIN: FAST_DISK, CORES: IDLE, CLIENTS: GROWING},
    "none_found": {GAIN: FAST_DISK, ROWS: Range(high=1.4), LIMIT: Range(high=2.7), LOCKED: Range()},
}
"""What each limit does to each figure. A figure that isn't there may have any value.

The generator isn't among them: whether it is the limit shows in the search for the capacity. And `none_found` excludes
nobody: it says that what was tried moved nothing.
"""


def figures(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the figures of the table that metrics give: some themselves, and the gain of two."""
    found = {name: value for name, value in metrics.items() if name not in (DISK, IN_MEMORY)}
    if metrics.get(DISK) and IN_MEMORY in metrics:
        found[GAIN] = metrics[IN_MEMORY] / metrics[DISK]
    return found


def contradictions(cause: str, metrics: Mapping[str, float], slack: float = 1.0) -> list[str]:
    """Name the figures that don't fit a cause."""
    ranges = SIGNATURES.get(cause, {})
    return [name for name, value in figures(metrics).items() if name in ranges and not ranges[name].holds(value, slack)]


def rivals(cause: str, metrics: Mapping[str, float]) -> list[str]:
    """Name the other causes that the same figures fit as well."""
    if cause in ("none_found", "generator"):
        return []
    others = [name for name in SIGNATURES if name not in (cause, "none_found")]
    return [name for name in others if not contradictions(name, metrics)]


def separating(cause: str, others: Collection[str]) -> list[str]:
    """Name the metrics whose intervention would tell a cause from others."""
    wanted = []
    for other in others:
        for figure, mine in SIGNATURES[cause].items():
            theirs = SIGNATURES[other].get(figure)
            if theirs is not None and (mine.high <= theirs.low or theirs.high <= mine.low):
                wanted += [IN_MEMORY, DISK] if figure == GAIN else [figure]
                break
    return list(dict.fromkeys(wanted))
