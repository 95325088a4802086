"""Finds the capacity of a running service for one workload: warm-up, estimate, search."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from grader.load.capacity import Judged, Search
from grader.load.generator import FINISH_WITHIN
from grader.load.measurement import Load, Measured
from grader.load.samples import had_no_rest
from grader.load.slo import Slo
from grader.load.workloads import WORKLOADS

WARM_UP_USERS = 4
PAUSE = 0.5
"""Seconds of rest after each probe: what one left unfinished shouldn't burden the next."""


@dataclass(frozen=True)
class Timing:
    """Lengths in seconds: of the closed run that warms up and estimates, of a probe's own warm-up, and of a probe.

    The first rate is the share `begin` of what the closed run did. The interval may be `notches` wide on the grid.
    """

    estimate: float = 2.0
    warm_up: float = 0.5
    probe: float = 4.0
    begin: float = 0.25
    notches: int = 1

    @property
    def longest(self) -> float:
        """The most seconds that one probe takes, with the answers that come late."""
        return self.warm_up + self.probe + FINISH_WITHIN + PAUSE


QUICK = Timing(estimate=1.0, warm_up=0.3, probe=1.5, begin=0.5, notches=2)
"""For a first look: an interval of at most 1.42, in about half a minute."""


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
        self.search = Search(self.probe, trying, notches=self._timing.notches, is_late=is_late)

    def run(self) -> None:
        """Warm the service up, and search from a share of what it did meanwhile, a quarter unless said otherwise.

        Raises MachineError when the generator itself fails.
        """
        timing = self._timing
        estimate = self._load.run(self._requests, users=WARM_UP_USERS, warm_up=timing.warm_up, seconds=timing.estimate)
        self.search.run(estimate.probe.achieved * timing.begin)

    def probe(self, rate: float) -> Judged:
        """Offer a rate for a few seconds, and judge what came by the objective."""
        self._seed += 1
        measured = self._load.run(
            self._requests, rate=rate, warm_up=self._timing.warm_up, seconds=self._timing.probe, seed=self._seed
        )
        judged = self._judged(measured)
        self._tried(judged)
        time.sleep(PAUSE)
        return judged

    def _judged(self, measured: Measured) -> Judged:
        """Judge a run.

        A generator that was late, but had rest, was the limit only where the objective was kept without its lateness.
        """
        because, probe = self._slo.broken_by(measured), measured.probe
        is_late = because is not None and not had_no_rest(measured.record.rested)
        if is_late and self._slo.broken_by(measured.without_lateness) is not None:
            probe = replace(probe, generator_bound=False)
        return Judged(probe, because, self._slo.p95_of(measured))
