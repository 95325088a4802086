"""Computes figures from the requests of one run: percentiles, requests in flight, and the limit of the generator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

HONEST_SHARE = 0.9
"""The share of users that must wait for the service on average, so that the figures are those of the service."""
LATE = 0.025
"""Seconds by which an open generator may send late before that counts."""
LEAST_REST = 0.1
"""The share of its time for which an open generator must have nothing to do, so that the figures are the service's."""
OWN_PART, OWN_SECONDS = 0.1, 0.005
"""The lateness of the generator that may be in a percentile without a word: as a part of the rest, and in seconds."""
TOGETHER = 0.002
"""Seconds after a late request in which an open generator takes the answers that came meanwhile."""


class Sample(NamedTuple):
    """One request: when it began, in seconds of the monotonic clock, its duration, and whether it had a good answer.

    In an open loop, `start` is when it should have been sent. `late` is by how many seconds the generator, and not the
    service, made it begin later than that. `name` names the kind of request. `status` and `retry_after` are those of
    the answer, where the generator tells them. `trouble` names the exception that took the place of an answer.
    """

    start: float
    seconds: float
    answered: bool
    late: float = 0.0
    name: str = ""
    status: int = 0
    retry_after: str = ""
    trouble: str = ""


class Window(NamedTuple):
    """The measured part of a run, in seconds of the monotonic clock. `closing` is the first instant after it."""

    opening: float
    closing: float

    @property
    def seconds(self) -> float:
        """The length of the window in seconds."""
        return self.closing - self.opening


def started_in(window: Window, samples: Iterable[Sample]) -> list[Sample]:
    """Return the samples whose request began inside the window, even if it ended later."""
    return [sample for sample in samples if window.opening <= sample.start < window.closing]


def answered_in(window: Window, samples: Iterable[Sample]) -> int:
    """Count the good answers that came inside the window, even if their requests began before."""
    ends = (sample.start + sample.seconds for sample in samples if sample.answered)
    return sum(window.opening <= end < window.closing for end in ends)


def percentile_ms(durations: Sequence[float], percent: int) -> float | None:
    """Return a percentile, in milliseconds, of durations in seconds; None if there are no durations.

    It uses the nearest-rank method: the smallest duration that at least `percent` % of all durations do not exceed. So
    the result is always a duration that was measured (Hyndman and Fan, "Sample Quantiles in Statistical Packages",
    1996, definition 1).
    """
    if not durations:
        return None
    rank = max(1, -(-percent * len(durations) // 100))
    return sorted(durations)[rank - 1] * 1000


def in_flight(window: Window, samples: Iterable[Sample]) -> float:
    """Return how many requests were under way on average during the window.

    By Little's law this is the throughput times the mean latency (Little, "A Proof for the Queuing Formula L = λW",
    1961). A request that lies partly outside of the window counts with its part inside. So the result is right even for
    few and long requests.
    """
    busy = sum(_overlap(window, sample) for sample in samples)
    return busy / window.seconds


def generator_bound(window: Window, samples: Iterable[Sample], users: int) -> bool:
    """Tell whether the generator, and not the service, limited the throughput.

    In a closed loop without pauses every user always waits for an answer, so that `in_flight` equals `users`. What is
    missing is time in which users waited for the generator. Below nine tenths the figures are wrong by more than 5 %.
    If most requests failed, the result is False, because a refused connection takes no time.
    """
    samples = list(samples)
    began = started_in(window, samples)
    answered = sum(sample.answered for sample in began)
    if 2 * answered < len(began):
        return False
    return in_flight(window, samples) < HONEST_SHARE * users


def had_no_rest(rested: float) -> bool:
    """Tell whether an open generator was busy nearly all the time: then requests and answers wait for it, unseen."""
    return rested < LEAST_REST


def sent_late(window: Window, samples: Iterable[Sample]) -> bool:
    """Tell whether an open generator sent more than one in twenty requests of the window late."""
    late = [sample.late > LATE for sample in started_in(window, samples)]
    return 20 * sum(late) > len(late)


def lengthened(window: Window, samples: Iterable[Sample]) -> dict[int, tuple[float, float]]:
    """Return the percentiles, of 95 and 99, that an open generator itself may have made longer.

    Each is in milliseconds, as it was measured and without what the generator was late by: in sending, and in taking
    answers. The truth lies between the two.
    """
    answered = [sample for sample in started_in(window, samples) if sample.answered]
    both = zip(answered, held_up(answered), strict=True)
    served = [max(0.0, sample.seconds - max(0.0, sample.late) - held) for sample, held in both]
    found = {}
    for percent in (95, 99):
        whole = percentile_ms([sample.seconds for sample in answered], percent)
        without = percentile_ms(served, percent)
        if whole is not None and without is not None:
            own = whole - without
            if own > OWN_PART * without and own > OWN_SECONDS * 1000:
                found[percent] = (whole, without)
    return found


def held_up(samples: Sequence[Sample]) -> list[float]:
    """Return for how many seconds each answer may have waited for an open generator, in the order of the samples.

    Nobody sees when an answer came, but while requests are sent late, no answer is taken either. So it may have waited
    since the first request should have been sent that was sent at about the time when the answer was taken.
    """
    late = sorted((sample.start, sample.start + sample.late + TOGETHER) for sample in samples if sample.late > 0)
    found = [0.0] * len(samples)
    first = 0
    for index in sorted(range(len(samples)), key=lambda index: samples[index].start + samples[index].seconds):
        sample = samples[index]
        end = sample.start + sample.seconds
        while first < len(late) and late[first][1] < end:
            first += 1
        if first < len(late):
            found[index] = max(0.0, min(end - late[first][0], sample.seconds - max(0.0, sample.late)))
    return found


def _overlap(window: Window, sample: Sample) -> float:
    end = sample.start + sample.seconds
    return max(0.0, min(end, window.closing) - max(sample.start, window.opening))
