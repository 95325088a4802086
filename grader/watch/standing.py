"""Where a learner stands during a watch: the outcomes so far, the current step, and the steps that come after it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from grader.course import Course, Stage, Step
from grader.errors import KitError
from grader.learner import next_steps, position, scaffold
from grader.project.state import ProjectState
from grader.results.results import Outcome, RunResult, StepResult

SETTLED = (Outcome.PASS, Outcome.NOT_CHECKED)
"""The outcomes after which a learner goes on."""


class Standing:
    """The outcomes of all steps of one project, and the current step.

    What the kit remembers of the project is kept as `kit check` keeps it. Where the disk refuses, it is known until the
    watch ends. A `pinned` step stays the current one until the learner leaves it.
    """

    def __init__(self, course: Course, folder: Path, pinned: Step | None = None) -> None:
        self._course = course
        self._folder = folder
        self._state = ProjectState(folder)
        found, _ = self._state.progress()
        self.outcomes: dict[str, str] = dict(found.outcomes)
        self.step = pinned or position.current_step(course, found.passed)
        self.is_pinned = pinned is not None
        self._hints = {step.id: found.of(step.id).hints for step in course.steps}

    @property
    def passed(self) -> set[str]:
        """The ids of the steps that passed when they were last checked."""
        return {step for step, outcome in self.outcomes.items() if outcome == Outcome.PASS}

    @property
    def stage(self) -> Stage:
        """The stage of the current step."""
        return self._course.stage_of(self.step)

    @property
    def following_stage(self) -> Stage | None:
        """The stage after that of the current step; None in the last stage."""
        return next((stage for stage in self._course.stages if stage.id > self.step.stage), None)

    @property
    def is_done(self) -> bool:
        """Whether no step of the current stage is left, bonus steps aside, and the current step has passed too."""
        return not self._open(self.stage.steps) and self.outcomes.get(self.step.id) in SETTLED

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints of the current step that were shown so far."""
        return self.step.hints[: self._hints[self.step.id]]

    def one_more_hint(self) -> None:
        """Show one more hint of the current step, if there is one."""
        level = min(self._hints[self.step.id] + 1, len(self.step.hints))
        self._hints[self.step.id] = level
        self._state.keep_hints_read(self.step.id, level)

    def learn(self, found: RunResult) -> None:
        """Add the outcomes of a run."""
        self.outcomes |= {step.id: step.outcome for step in found.steps}

    def learn_step(self, step: StepResult) -> None:
        """Add the outcome of one step."""
        self.outcomes[step.id] = step.outcome

    def keep(self, found: RunResult) -> str:
        """Keep the result of a run in the project. Return a sentence about what the kit couldn't keep, or nothing."""
        try:
            return next_steps.remember(self._folder, found)
        except (OSError, KitError) as error:
            return f"kit can't keep the result: {error}"

    def tag(self, runs: Sequence[RunResult]) -> str:
        """Tag the commit with the last step that passed in these runs, if it deserves it. Return a sentence about it.

        Where a later step needs a tag that can't be made yet, the sentence says why.
        """
        found = RunResult(tuple(stage for run in runs for stage in run.stages), seed=0)
        with contextlib.suppress(OSError, KitError):
            if tag := next_steps.tag(self._course, self._folder, found, self._course.steps):
                return f"This commit has the tag {tag} now, so that the state can be found again."
            if tag := next_steps.missing_tag(self._course, self._folder, found):
                return next_steps.why_not_tagged(self._folder, tag)
        return ""

    def onward(self) -> list[Step]:
        """List the steps of the stage that come after the current one and are open, without bonus steps.

        After a pinned step, there are none.
        """
        steps = self.stage.steps
        return [] if self.is_pinned else self._open(steps[steps.index(self.step) + 1 :])

    def others(self) -> list[Step]:
        """List the steps that passed before and take no long time and no load, without the current one."""
        passed = self.passed - {self.step.id}
        return [step for step in self._course.steps if step.id in passed and not (step.slow or step.needs_load)]

    def advance(self) -> None:
        """Go on to the next open step of the stage, or to one that was left open before it."""
        if self.is_pinned:
            return
        if self.outcomes.get(self.step.id) in SETTLED and (left := self.onward() or self._open(self.stage.steps)):
            self.step = left[0]

    def look_at(self, step: str) -> None:
        """Make a step the current one, as it has just passed, or because it is broken now."""
        if not self.is_pinned:
            self.step = self._course.find_step(step)

    def skip(self) -> str:
        """Leave the current step for the next one, also for a bonus step. Return a sentence about what came of it.

        From the last step of a stage, go on to the next stage, with its new files, when no step of the stage is open.
        """
        self.is_pinned = False
        steps = self._course.steps
        after = steps[steps.index(self.step) + 1 :]
        if after and after[0].stage == self.step.stage and not self.is_done:
            self.step = after[0]
            return ""
        if left := [step for step in self._open(self.stage.steps) if step != self.step]:
            self.step = left[0]
            return f"That was the last step of stage {self.step.stage}; {self.step.id} is still open."
        if not self.is_done:
            return f"{self.step.id} is the last open step of stage {self.step.stage}; it comes before the next stage."
        if self.following_stage is None:
            return "That was the last step of the course. Well done!"
        return self._begin(self.following_stage)

    def _begin(self, stage: Stage) -> str:
        settled = {step for step, outcome in self.outcomes.items() if outcome in SETTLED}
        coming = scaffold.coming(self._course, self._folder, settled)
        copied: Sequence[Path] = []
        if coming is not None and coming[0] == stage:
            try:
                _, copied = scaffold.advance(self._course, self._folder, settled)
            except (KitError, OSError) as error:
                return f"The files of stage {stage.id} can't be copied: {error}"
        self.step = stage.steps[0]
        new = f" New here: {', '.join(map(str, copied))}." if copied else ""
        return f"Stage {stage.id}, {stage.title}.{new}"

    def _open(self, steps: Sequence[Step]) -> list[Step]:
        return [step for step in steps if not step.bonus and self.outcomes.get(step.id) not in SETTLED]
