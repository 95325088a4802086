"""The capacity of a service: the highest rate of requests at which it still keeps its objective, as an interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import log2

from grader.load.measurement import Probe

GRID = 25.0
NOTCHES = 3
"""Every rate is `GRID` times a power of the cube root of two. So the intervals of two searches of one service are the
same, or neighbours that touch, or something has changed; and none is wider than 1.26. With a finer grid, a search takes
longer, and what a service can do varies by more than a notch.
"""
WIDTH = 2 ** (1 / NOTCHES)
LOWEST = -5 * NOTCHES
"""The lowest notch: about one request per second. Below, the search gives up."""
HIGHEST = 10 * NOTCHES
"""The highest notch: 25,600 requests per second."""
FAR = 3.0
"""Two tries of a rate that fail so differently, as a factor, say that something else has disturbed one of them."""


@dataclass(frozen=True)
class Judged:
    """One probe at an offered rate, and why it broke the objective; None where it held.

    `p95_ms` has the 95th percentile of each kind of request for itself, by its name, in milliseconds.
    """

    probe: Probe
    because: str | None
    p95_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Capacity:
    """The highest rate that held and the lowest that didn't, in requests per second, and all probes in their order.

    `held` is 0.0 when none held. `broke` is None when none broke: either the generator was the limit, and then
    `because` is `generator`, or the search was interrupted. `done` says whether the search came to its end.
    """

    held: float = 0.0
    broke: float | None = None
    because: str | None = None
    probes: tuple[Judged, ...] = field(default=())
    done: bool = False


class Search:
    """A search for the capacity, with what is known so far in `found`, also after Ctrl-C.

    `probe` offers a rate to the service, in requests per second, and judges what comes. `tell` gets each rate before
    it is tried, `tried` what came of it as soon as it is in `found`. The interval that is found is at most `notches`
    notches of the grid wide. When `is_late` says so, the search ends with what it knows, and isn't `done`. `third` says
    whether there is time to try a rate a third time.
    """

    def __init__(
        self,
        probe: Callable[[float], Judged],
        tell: Callable[[float], None] = lambda _rate: None,
        tried: Callable[[Judged], None] = lambda _judged: None,
        *,
        notches: int = 1,
        is_late: Callable[[], bool] = lambda: False,
        third: Callable[[], bool] = lambda: True,
    ) -> None:
        self._probe = probe
        self._tell = tell
        self._tried = tried
        self._notches = notches
        self._is_late = is_late
        self._third = third
        self.found = Capacity()

    def run(self, start: float, *, stride: int = NOTCHES, lowest: float = 0.0) -> Capacity:
        """Search from the rate `start` on: double while it holds or halve while it doesn't, then close in on the limit.

        Closing in halves the interval on the grid, as factors matter and not differences. Whoever knows the capacity
        nearly begins with a smaller `stride` than doubling. Where the generator is the limit, lower rates are tried
        until one holds: beside a busy machine, the limit may come early. Below the rate `lowest`, or about one request
        per second, the search gives up.
        """
        low = _notch_of(lowest)
        held, broke = low - 1, HIGHEST + 1
        notch = max(_notch_of(start), low)
        while broke - held > self._notches and not (self.found.because == "generator" and self.found.held):
            holds = self._holds(rate_at(notch))
            if holds is None:
                return self.found
            if holds:
                held = notch
            else:
                broke = notch
            if broke > HIGHEST:
                notch = min(held + stride, HIGHEST)
            elif held < low:
                notch = max(broke - stride, low)
            else:
                notch = (held + broke) // 2
            stride = min(2 * stride, NOTCHES)
        self.found = replace(self.found, done=True)
        return self.found

    def _holds(self, rate: float) -> bool | None:
        """Offer a rate, and once more when it doesn't hold: it has failed when it fails twice. None when it is late.

        When it fails very differently, the disk or the machine stood still in one of the tries. Then a third
        decides, if there is time for it.
        """
        failed: list[Judged] = []
        while len(failed) < 2 or (len(failed) == 2 and _is_far(*failed) and self._third()):
            if self._is_late():
                return None
            self._tell(rate)
            judged = self._probe(rate)
            held = rate if judged.because is None else self.found.held
            self.found = replace(self.found, probes=(*self.found.probes, judged), held=held)
            self._tried(judged)
            if judged.because is None:
                return True
            failed.append(judged)
        if judged.probe.generator_bound:
            self.found = replace(self.found, broke=None, because="generator")
        else:
            self.found = replace(self.found, broke=rate, because=judged.because)
        return False


def _is_far(first: Judged, second: Judged) -> bool:
    """Tell whether two tries failed so differently that one says little. Where the generator fails, both are alike."""
    if first.probe.generator_bound or second.probe.generator_bound:
        return False
    if first.because != second.because:
        return True
    low, high = sorted(_badness(first.because, one) for one in (first, second))
    return high > FAR * low


def _badness(because: str | None, judged: Judged) -> float:
    """Say by how much a try failed: by failed requests, or by the longest 95th percentile in milliseconds."""
    return judged.probe.failed if because == "failures" else max(judged.p95_ms.values(), default=0.0)


def _notch_of(rate: float) -> int:
    """Return the notch that is nearest to a rate."""
    return min(max(round(NOTCHES * log2(max(rate, 1e-9) / GRID)), LOWEST), HIGHEST)


def rate_at(notch: int) -> float:
    """Return the rate at a notch of the grid, in requests per second, to three digits."""
    return float(f"{GRID * WIDTH**notch:.3g}")
