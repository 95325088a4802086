"""Decides which checks of a run are wanted, in which order, and what each outcome means for the others.

This module runs no check.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from grader.course import Step
from grader.results.results import WANTING, Outcome

STEPS_AHEAD = 2
"""How many steps before its first use the kit begins a fixture that takes some seconds."""


@dataclass(frozen=True)
class Planned:
    """One check that may be run: `step` is the step that asks for it, `home` the step in whose file it stands.

    The two differ where a later step repeats the checks of an earlier stage. The wait of a check that `waits_long`
    begins before the first check; the check itself runs last.
    """

    id: str
    step: str
    home: str
    waits_long: bool = False

    @property
    def is_repeated(self) -> bool:
        """Whether a later step repeats the check."""
        return self.step != self.home


class Schedule:
    """Orders the checks of `steps`, and says after each outcome which of them are still wanted.

    With `stop`, no step after the first that doesn't pass is wanted. With `brief`, no check of a step is wanted after
    one that failed, and a check that waits long comes as soon as its wait is over. `known` are ids of steps that passed
    before: these steps come last, and are wanted only where they may explain why another fails.

    A stage that needs load comes after all others, with their long waits: nothing else shall run beside a measurement.
    """

    def __init__(
        self, steps: Sequence[Step], *, stop: bool = False, brief: bool = False, known: Collection[str] = ()
    ) -> None:
        self._steps = {step.id: step for step in steps}
        self._order = {step.id: number for number, step in enumerate(steps)}
        self._of_load = frozenset(step.stage for step in steps if step.needs_load)
        self._stop = stop
        self._brief = brief
        self._known = frozenset(known)
        self._broken: set[str] = set()
        self._late: set[str] = set()
        self._failed: set[str] = set()
        self._begun: set[str] = set()
        self._left: deque[Planned] = deque()
        self.checks: tuple[Planned, ...] = ()

    def plan(self, checks: Sequence[Planned]) -> dict[str, int]:
        """Put the checks in order, and return how many checks each step has. A step without checks counts as broken."""
        self.checks = tuple(sorted(checks, key=self._place))
        self._left = deque(self.checks)
        planned = Counter(check.step for check in self.checks)
        self._broken |= self._steps.keys() - planned.keys()
        return dict(planned)

    def wants(self, check: Planned) -> bool:
        """Tell whether a check shall run, after all outcomes so far."""
        if check.is_repeated and not self._broken.isdisjoint({check.step, check.home}):
            return False  # a check is repeated only where it passed the first time, and up to the first failure
        if check.step in self._late or (self._brief and check.step in self._failed):
            return False  # the step has failed, and the kit would wait for each further check
        if any(need in self._broken for need in self._needs(check.step)):
            return False
        if check.step in self._known and (check.waits_long or not self._explains_any(check.step)):
            return False  # what takes long hardly explains another step's failure, and would keep the learner waiting
        earlier = any(self._order[broken] < self._order[check.step] for broken in self._broken)
        return not (self._stop and (earlier or check.step in self._broken))

    def stands(self, step: str) -> bool:
        """Tell whether nothing speaks against a step so far: neither it nor a step that it needs has failed."""
        return self._broken.isdisjoint({step, *self._needs(step)})

    def found(self, check: Planned, outcome: Outcome, *, too_late: bool = False) -> None:
        """Note the outcome of a check. `too_late`: the kit waited in vain, so the step's other checks aren't run."""
        if too_late:
            self._late.add(check.step)
        if outcome is Outcome.FAIL:
            self._failed.add(check.step)
        if outcome in WANTING:
            self._broken.add(check.step)

    def following(self, is_over: Callable[[Planned], bool]) -> Planned | None:
        """Return the check that is next; None when no more is wanted. `is_over` tells whether a long wait has ended."""
        if self._brief:
            for check in [one for one in self._left if one.waits_long]:
                if self._is_at_hand(check) and is_over(check) and self.wants(check):
                    self._left.remove(check)
                    return check
        while self._left:
            check = self._left.popleft()
            if self.wants(check):
                return check
        return None

    def coming(self, check: Planned) -> list[Planned]:
        """List the checks that are wanted from this check on, for its step and the next two steps."""
        left = [one for one in self.checks[self.checks.index(check) :] if self.wants(one)]
        near = list(dict.fromkeys(one.step for one in left))[: STEPS_AHEAD + 1]
        return [one for one in left if one.step in near]

    def _is_at_hand(self, check: Planned) -> bool:
        """Tell whether all other checks of the step and of earlier steps have ended, so that this one is next."""
        first = self._left[0]
        return first.waits_long or first.step in self._known or self._order[first.step] > self._order[check.step]

    def to_begin(self, check: Planned) -> list[Planned]:
        """List the checks whose long waits begin now, before this check; each once, and none of a known step.

        With `stop`, these are the waits of the check's own stage, as the run may never reach another stage.
        """
        stage = self._steps[check.step].stage
        begun = [
            one
            for one in self.checks
            if one.waits_long and one.step not in self._known and one.id not in self._begun
            if not self._stop or self._steps[one.step].stage == stage
        ]
        self._begun.update(one.id for one in begun)
        return begun

    def _place(self, check: Planned) -> tuple[bool, bool, bool, int, bool]:
        is_of_load = self._steps[check.step].stage in self._of_load
        return check.step in self._known, is_of_load, check.waits_long, self._order[check.step], check.is_repeated

    def _needs(self, step: str) -> set[str]:
        direct = {need for need in self._steps[step].needs if need in self._steps}
        return direct.union(*(self._needs(need) for need in direct))

    def _explains_any(self, step: str) -> bool:
        """Tell whether a broken step needs this one, so that a failure here would explain the broken step."""
        return any(step in self._needs(broken) for broken in self._broken)
