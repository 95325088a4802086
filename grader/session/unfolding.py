"""Tells while a run goes on which steps are decided already, in course order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from grader.course import Course, Stage, Step
from grader.results.results import Outcome, StepResult
from grader.results.scoring import judge, lets_on
from grader.session.protocol import Told


class Unfolding:
    """Judges the steps of a run one after the other, as soon as their checks have ended.

    A step has to wait for the steps before it. With `stop`, nothing comes after the first step that doesn't pass.
    """

    def __init__(
        self, course: Course, steps: Sequence[Step], known: Collection[str], *, stop: bool, without_load: bool
    ) -> None:
        self._parts = course.split(steps)
        self._left = list(steps)
        self._known = known
        self._stop = stop
        self._without_load = without_load

    def new(self, told: Told) -> Iterator[tuple[Stage, StepResult]]:
        """Yield the steps that are decided now and were not before."""
        while self._left and told.plan and self._may_be_decided(self._left[0].id, told):
            found_now = judge(self._parts, told.checks, self._known, without_load=self._without_load)
            judged = {step.id: step for stage in found_now for step in stage.steps}
            step = self._left.pop(0)
            found = judged[step.id]
            if self._stop and not lets_on(found):
                self._left.clear()
            else:
                yield next(stage for stage, of_stage in self._parts if step in of_stage), found

    def _may_be_decided(self, step: str, told: Told) -> bool:
        outcomes = [check.outcome for check in told.checks if check.step == step]
        if not outcomes:
            return step in self._known
        return len(outcomes) == told.plan.get(step) or Outcome.FAIL in outcomes
