"""What the samples of one run say: percentiles, throughput, and whether the generator was the limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

HONEST_SHARE = 0.9


class Sample(NamedTuple):
    """One request: when it began (seconds on the monotonic clock), how long it took, whether the answer was 200."""

    start: float
    seconds: float
    answered: bool


class Window(NamedTuple):
    """The measured part of a run, in seconds on the monotonic clock; `closing` is the first instant outside."""

    opening: float
    closing: float

    @property
    def seconds(self) -> float:
        """How long the window is."""
        return self.closing - self.opening


def started_in(window: Window, samples: Iterable[Sample]) -> list[Sample]:
    """Pick the samples whose request began inside the window, however late it ended."""
    return [sample for sample in samples if window.opening <= sample.start < window.closing]


def percentile_ms(durations: Sequence[float], percent: int) -> float | None:
    """Take a percentile of durations in seconds, in milliseconds; None where there are none.

    The nearest-rank method: the smallest duration that at least `percent` of 100 do not exceed, so always one
    that was measured (Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, definition 1).
    """
    if not durations:
        return None
    rank = max(1, -(-percent * len(durations) // 100))
    return sorted(durations)[rank - 1] * 1000


def in_flight(window: Window, samples: Iterable[Sample]) -> float:
    """Average over the window how many requests were under way.

    By Little's law that is throughput times mean latency (Little, "A Proof for the Queuing Formula L = λW", 1961).
    Requests that reach over an edge count for their part inside, so few and long ones do no harm.
    """
    busy = sum(_overlap(window, sample) for sample in samples)
    return busy / window.seconds


def generator_bound(window: Window, samples: Iterable[Sample], users: int) -> bool:
    """Tell whether the generator, not the service, held the throughput down.

    In a closed loop without pauses every user always waits for an answer: what is missing from
    `in_flight` = `users` is time that they spent waiting for the generator. Below nine tenths its figures are off
    by more than 5 %. Where most requests failed nothing is claimed: a refused connection takes no time.
    """
    samples = list(samples)
    began = started_in(window, samples)
    answered = sum(sample.answered for sample in began)
    if 2 * answered < len(began):
        return False
    return in_flight(window, samples) < HONEST_SHARE * users


def _overlap(window: Window, sample: Sample) -> float:
    end = sample.start + sample.seconds
    return max(0.0, min(end, window.closing) - max(sample.start, window.opening))
