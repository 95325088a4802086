"""How far the grading of several projects is, and how long it may still take."""

from __future__ import annotations

import time
from collections.abc import Sequence

from grader.course import Step

STEP = 1.4
"""Seconds that a step takes with a small project in Python; where a project waits or fails, it may take longer."""
FRONT_PAGE = {"none": 0.0, "quick": 6.0, "full": 16.0}
"""Seconds that the load of the front page takes, with the start of what makes it."""
CHAT = {"none": 0.0, "quick": 30.0, "full": 75.0}
"""Seconds that each workload beside it takes."""
UNDER_LOAD = {"none": 0.0, "quick": 12.0, "full": 55.0}
"""Seconds that a step which needs load takes."""
WEIGHT = 2
"""As how many graded projects the guess counts: the first of a class may be one that ends at once."""


class Estimate:
    """Counts projects, and guesses the time that is left, from the steps and from those which were graded."""

    def __init__(self, count: int, steps: Sequence[Step], load: str) -> None:
        self._count = count
        workloads = sum(len(step.load) for step in steps)
        self._checks = sum(UNDER_LOAD["none"] if step.needs_load else STEP for step in steps)
        self._guess = FRONT_PAGE[load] + workloads * CHAT[load]
        self._guess += sum(UNDER_LOAD[load] if step.needs_load else STEP for step in steps)
        self._taken: list[float] = []
        self._done = 0
        self._began = time.monotonic()

    @property
    def announced(self) -> str:
        """What is said before the first project."""
        without = _minutes(self._count * self._checks)
        hint = f" (with --load none {without})" if without != self._left() else ""
        return f"{self._count} projects, one after the other: {self._left()}{hint}."

    @property
    def position(self) -> str:
        """Which project is being graded."""
        return f"{self._done + 1} of {self._count}, {self._left()}"

    def ended(self, *, graded: bool) -> str:
        """Count a project that has ended. Return its number, and how long the others may take."""
        now = time.monotonic()
        self._taken += [now - self._began] if graded else []
        self._began = now
        self._done += 1
        return f"{self._done} of {self._count}" + (f", {self._left()} left" if self._done < self._count else "")

    def _left(self) -> str:
        each = (WEIGHT * self._guess + sum(self._taken)) / (WEIGHT + len(self._taken))
        return _minutes((self._count - self._done) * each)


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"about {minutes} minutes" if minutes > 1 else "about a minute"
