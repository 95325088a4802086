"""What one run did from moment to moment: throughput and latency over time."""

from __future__ import annotations

from typing import NamedTuple

from grader.load.measurement import Measured
from grader.load.samples import Sample, percentile_ms

WIDEST = 60
"""The largest number of parts."""


class Part(NamedTuple):
    """A part of a run: when it began, in seconds since the warm-up, answers per second, failures, and latencies.

    The latencies, in milliseconds, are those of answered requests that began in this part; None without such requests.
    """

    second: float
    achieved: float
    failed: int
    p50_ms: float | None
    p95_ms: float | None


def timeline(measured: Measured) -> list[Part]:
    """Return the parts of the measured window: two for each second, at most 60."""
    parts = by_time(measured)
    length = measured.window.seconds / len(parts)
    return [_part(number * length, length, samples) for number, samples in enumerate(parts)]


def by_time(measured: Measured) -> list[list[Sample]]:
    """Part the samples of the measured window by the time at which they began: two parts a second, at most 60."""
    window = measured.window
    count = max(1, min(WIDEST, round(2 * window.seconds)))
    parts: list[list[Sample]] = [[] for _ in range(count)]
    for sample in measured.record.samples:
        place = (sample.start - window.opening) / window.seconds * count
        if 0 <= place < count:
            parts[int(place)].append(sample)
    return parts


def _part(second: float, length: float, samples: list[Sample]) -> Part:
    durations = [sample.seconds for sample in samples if sample.answered]
    return Part(
        round(second, 3),
        len(durations) / length,
        len(samples) - len(durations),
        percentile_ms(durations, 50),
        percentile_ms(durations, 95),
    )
