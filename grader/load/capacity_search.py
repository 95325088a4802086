"""Finds the capacity of a running service for one workload: warm-up, estimate, search."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from grader.load.capacity import Judged, Search
from grader.load.measurement import Load
from grader.load.slo import Slo
from grader.load.workloads import WORKLOADS

WARM_UP_USERS = 4
PAUSE = 0.5
"""Seconds of rest after each probe: what one left unfinished shouldn't burden the next."""


@dataclass(frozen=True)
class Timing:
    """Lengths in seconds: of the closed run that warms up and estimates, of a probe's own warm-up, and of a probe."""

    estimate: float = 2.0
    warm_up: float = 0.5
    probe: float = 4.0


class CapacitySearch:
    """The search for the capacity of one workload, such as `reads`. `search.found` holds what is known at any time.

    `trying` gets each rate before it is offered, `tried` each probe when it is done.
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
    ) -> None:
        self._load = load
        self._requests = WORKLOADS[workload]
        self._slo = slo
        self._timing = timing or Timing()
        self._seed = 0
        self._tried = tried
        self.search = Search(self.probe, trying)

    def run(self) -> None:
        """Warm the service up, and search from a quarter of what it did meanwhile.

        Raises MachineError when the generator itself fails.
        """
        timing = self._timing
        estimate = self._load.run(self._requests, users=WARM_UP_USERS, warm_up=timing.warm_up, seconds=timing.estimate)
        self.search.run(estimate.probe.achieved / 4)

    def probe(self, rate: float) -> Judged:
        """Offer a rate for a few seconds, and judge what came by the objective."""
        self._seed += 1
        measured = self._load.run(
            self._requests, rate=rate, warm_up=self._timing.warm_up, seconds=self._timing.probe, seed=self._seed
        )
        judged = Judged(measured.probe, self._slo.broken_by(measured))
        self._tried(judged)
        time.sleep(PAUSE)
        return judged
