"""What becomes of answers when more is asked for than can be done."""

from __future__ import annotations

from collections.abc import Sequence

from grader.load.measurement import Measured
from grader.load.samples import Sample, Window, started_in


def good_per_second(run: Measured, patience: float, parts: int) -> list[float]:
    """Return how many answers per second were good and came within so many seconds, for each part of the run."""
    window = run.window
    length = window.seconds / parts
    edges = [window.opening + part * length for part in range(parts)]
    return [
        len([one for one in _inside(run, Window(edge, edge + length)) if one.answered and _own(one) <= patience])
        / length
        for edge in edges
    ]


def refused_share(run: Measured) -> float:
    """Return the share of the requests that were refused with 503."""
    samples = _inside(run, run.window)
    return sum(one.status == 503 for one in samples) / max(1, len(samples))


def _inside(run: Measured, window: Window) -> Sequence[Sample]:
    return started_in(window, run.record.samples)


def _own(sample: Sample) -> float:
    """Return the seconds of a request without those by which the generator was late."""
    return sample.seconds - sample.late
