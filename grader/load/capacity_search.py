"""Finds the capacity of a running service for one workload: warm-up, estimate, search."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from grader.load.capacity import Judged, Search
from grader.load.generator import FINISH_WITHIN
from grader.load.measurement import Load, Measured, Probe
from grader.load.slo import Slo
from grader.load.workloads import WORKLOADS

WARM_UP_USERS = 4
ESTIMATE_USERS = 16
"""Users of the closed run from which a search begins. With few, a service that waits much looks slower than it is."""
NEAR = 2
"""Notches of the grid by which a search near a claim moves at first."""
PAUSE = 0.5
"""Seconds of rest before each further probe: what one left unfinished shouldn't burden the next."""
LONGER = 2.0
"""Seconds of rest before a rate is tried again: what disturbed a try often lasts for more than a moment."""


@dataclass(frozen=True)
class Timing:
    """Lengths in seconds: of the closed run that warms up and estimates, of a probe's own warm-up, and of a probe.

    The first rate is the share `begin` of what the closed run did. The interval may be `notches` wide on the grid.
    `again` is how long it rests before it tries a rate once more. After `third_within` it tries none a third time.
    """

    estimate: float = 2.0
    warm_up: float = 0.5
    probe: float = 4.0
    begin: float = 0.5
    notches: int = 1
    again: float = LONGER
    third_within: float = 25.0

    @property
    def longest(self) -> float:
        """The most seconds that one probe takes, with the answers that come late."""
        return self.warm_up + self.probe + FINISH_WITHIN + self.again


QUICK = Timing(estimate=1.0, warm_up=0.3, probe=1.5, notches=2, again=PAUSE)
"""For a first look: an interval of at most 1.59, in about half a minute."""


class Gone(Exception):
    """The service has ended, or answers nothing any more."""


class CapacitySearch:
    """The search for the capacity of one workload, such as `reads`. `search.found` holds what is known at any time.

    `trying` gets each rate before it is offered, `tried` each probe when it is done. `is_late` ends the search early.
    """

    def __init__(
        self,
        load: Load,
        workload: str,
        slo: Slo,
        *,
        trying: Callable[[float], None] = lambda _rate: None,
        tried: Callable[[Judged], None] = lambda _judged: None,
        timing: Timing | None = None,
        is_late: Callable[[], bool] = lambda: False,
    ) -> None:
        self._load = load
        self._requests = WORKLOADS[workload]
        self._slo = slo
        self._timing = timing or Timing()
        self._seed = 0
        self._tried = tried
        self._began = time.monotonic()
        self.search = Search(
            self.probe,
            trying,
            self._after,
            notches=self._timing.notches,
            is_late=is_late,
            third=self._has_time_for_a_third,
        )
        self.gone: float | None = None
        """The rate after which the service was gone, 0.0 for the warm-up; None while it is there."""

    def run(self) -> None:
        """Warm the service up, and search from a share of what it did meanwhile, a half unless said otherwise.

        Raises MachineError when the generator itself fails. When the service ends or answers nothing any more, the
        search ends where it is: `gone` says at which rate.
        """
        try:
            self._search()
        except Gone:
            found = self.search.found
            last = found.probes[-1]
            self.gone = last.probe.offered or 0.0
            self.search.found = replace(found, broke=self.gone, because=last.because)

    def _search(self) -> None:
        timing = self._timing
        estimate = self._load.run(self._requests, users=ESTIMATE_USERS, warm_up=timing.warm_up, seconds=timing.estimate)
        if self._is_gone(estimate.probe):
            self.gone = 0.0
        else:
            self.search.run(estimate.probe.achieved * timing.begin)

    def run_near(self, rate: float, *, lowest: float) -> None:
        """Warm the service up, and search near a rate that somebody claims. Below the rate `lowest`, give up.

        Raises MachineError when the generator itself fails.
        """
        timing = self._timing
        self._load.run(self._requests, users=WARM_UP_USERS, warm_up=timing.warm_up, seconds=timing.estimate / 2)
        self.search.run(rate, stride=NEAR, lowest=lowest)

    def probe(self, rate: float) -> Judged:
        """Offer a rate for a few seconds, and judge what came by the objective."""
        if self._seed:
            probes = self.search.found.probes
            time.sleep(self._timing.again if probes and probes[-1].probe.offered == rate else PAUSE)
        self._seed += 1
        measured = self._load.run(
            self._requests,
            rate=rate,
            warm_up=self._timing.warm_up,
            seconds=self._timing.probe,
            seed=self._seed,
            limits={name: p95 / 1000 for name, p95 in self._slo.p95_ms.items()},
        )
        return self._judged(measured)

    def _judged(self, measured: Measured) -> Judged:
        """Judge a run: whether it kept the objective, and whether the service or the generator was the limit."""
        because, probe = self._slo.broken_by(measured), measured.probe
        if because is not None and not self._slo.hangs_on_the_generator(measured):
            probe = replace(probe, generator_bound=False)
        return Judged(probe, because, self._slo.p95_of(measured))

    def _after(self, judged: Judged) -> None:
        """Tell what came of a probe. Raises Gone when the service isn't there any more: lower rates wouldn't help."""
        self._tried(judged)
        if judged.because is not None and self._is_gone(judged.probe):
            raise Gone

    def _has_time_for_a_third(self) -> bool:
        return time.monotonic() < self._began + self._timing.third_within

    def _is_gone(self, probe: Probe) -> bool:
        return self._load.ended or not (probe.achieved or self._load.answers())
