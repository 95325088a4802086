"""Which check is wanted next, and what an outcome means for the others: decided here, without running anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from grader.course import Step
from grader.results.results import WANTING, Outcome

STEPS_AHEAD = 2
"""How many steps before the first that asks for it the kit begins what takes some seconds."""


@dataclass(frozen=True)
class Planned:
    """One check that may be run: the step that asks it, and the step in whose file it stands.

    The two differ where a later step asks the checks of an earlier stage once more. A check that `waits_long` is begun
    first and asked last.
    """

    id: str
    step: str
    home: str
    waits_long: bool = False

    @property
    def is_repeated(self) -> bool:
        """Whether a later step asks it once more."""
        return self.step != self.home


class Schedule:
    """The order of the checks of some steps, and what is left of it after each outcome.

    With `stop`, nothing later than the first step that doesn't pass is wanted. Steps that are `known` to have passed
    before come last, and are wanted only where they may explain the failure of another.
    """

    def __init__(self, steps: Sequence[Step], *, stop: bool = False, known: Collection[str] = ()) -> None:
        self._steps = {step.id: step for step in steps}
        self._order = {step.id: number for number, step in enumerate(steps)}
        self._stop = stop
        self._known = frozenset(known)
        self._broken: set[str] = set()
        self._late: set[str] = set()
        self.checks: tuple[Planned, ...] = ()

    def plan(self, checks: Sequence[Planned]) -> dict[str, int]:
        """Put the checks in order and return how many each step has; a step without any counts as broken."""
        self.checks = tuple(sorted(checks, key=self._place))
        planned = Counter(check.step for check in self.checks)
        self._broken |= self._steps.keys() - planned.keys()
        return dict(planned)

    def wants(self, check: Planned) -> bool:
        """Tell whether a check is to be run, after all outcomes so far."""
        if check.is_repeated and not self._broken.isdisjoint({check.step, check.home}):
            return False  # asked again only where the first time went well, and up to the first failure
        if check.step in self._late:
            return False  # decided already, and the kit would wait as long for every further check
        if any(need in self._broken for need in self._needs(check.step)):
            return False
        if check.step in self._known and not self._explains_any(check.step):
            return False
        earlier = any(self._order[broken] < self._order[check.step] for broken in self._broken)
        return not (self._stop and (earlier or check.step in self._broken))

    def found(self, check: Planned, outcome: Outcome, *, too_late: bool = False) -> None:
        """Take in how a check ended; `too_late` where the kit waited in vain, so that the step's others aren't run."""
        if too_late:
            self._late.add(check.step)
        if outcome in WANTING:
            self._broken.add(check.step)

    def coming(self, check: Planned) -> list[Planned]:
        """List the wanted checks of the step that begins with this check, and of the next two."""
        left = [one for one in self.checks[self.checks.index(check) :] if self.wants(one)]
        near = list(dict.fromkeys(one.step for one in left))[: STEPS_AHEAD + 1]
        return [one for one in left if one.step in near]

    def begin_first(self) -> list[Planned]:
        """List the checks that wait long, of steps that aren't known to have passed."""
        return [check for check in self.checks if check.waits_long and check.step not in self._known]

    def _place(self, check: Planned) -> tuple[bool, bool, int, bool]:
        return check.step in self._known, check.waits_long, self._order[check.step], check.is_repeated

    def _needs(self, step: str) -> set[str]:
        direct = {need for need in self._steps[step].needs if need in self._steps}
        return direct.union(*(self._needs(need) for need in direct))

    def _explains_any(self, step: str) -> bool:
        """Tell whether a step that was found wanting needs this one, so that a failure here would explain that one."""
        return any(step in self._needs(broken) for broken in self._broken)
