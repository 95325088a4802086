"""The ends: what a learner has reached when the last step of a stage, or of the course, has passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course import Course, Stage
from grader.project.state import passed
from grader.results.results import Outcome, RunResult
from grader.results.scoring import BONUS_POINTS, POINTS


@dataclass(frozen=True)
class End:
    """A stage of which every step has passed, and the stage after it, if there is one.

    `points` are those of the stage, or of the whole course at its end. `bonus_left` are ids of steps. `brings_files`
    says that `kit next` has new files for the stage after it.
    """

    stage: Stage
    following: Stage | None
    points: int
    bonus_points: int
    max_bonus: int
    bonus_left: tuple[str, ...]
    brings_files: bool

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The command that goes on from here, with its purpose."""
        if self.following is None:
            return [("kit serve", "run it, and show it to somebody"), ("kit grade .", "the whole report, with load")]
        if self.brings_files:
            return [("kit next", f"add the new files of stage {self.following.id}, {self.following.title}")]
        first = self.following.steps[0]
        return [(f"kit check {first.id}", f"next: {first.title}")]


def reached(course: Course, folder: Path, found: RunResult, before: dict[str, Any], now: dict[str, Any]) -> End | None:
    """Return the end that a run has reached; None when it ended in the middle of a stage.

    `before` and `now` are the reports that were kept before and after the run. A learner who is in the next stage
    already is told nothing of this one.
    """
    done = passed(now)
    ran = {stage.id for stage in found.stages if any(step.outcome is Outcome.PASS for step in stage.steps)}
    ended = [stage for stage in course.stages if stage.id in ran and _is_passed(stage, done)]
    if not ended:
        return None
    stage = ended[-1]
    position = course.stages.index(stage) + 1
    following = course.stages[position] if position < len(course.stages) else None
    if following is None:
        return _end(course.stages, stage, None, done) if all(_is_passed(one, done) for one in course.stages) else None
    if any(step.id in done for step in following.steps):
        return None
    from grader.learner import scaffold  # few checks end a stage

    coming = scaffold.coming(course, folder, done)
    brings_files = coming is not None and coming[0] == following
    if not brings_files and _is_passed(stage, passed(before)):
        return None
    return _end([stage], stage, following, done, brings_files=brings_files)


def _is_passed(stage: Stage, done: set[str]) -> bool:
    return all(step.id in done for step in stage.steps if not step.bonus)


def _end(
    stages: Sequence[Stage], last: Stage, following: Stage | None, done: set[str], *, brings_files: bool = False
) -> End:
    steps = [step for stage in stages for step in stage.steps]
    bonus = [step.id for step in steps if step.bonus]
    left = tuple(step for step in bonus if step not in done)
    return End(
        stage=last,
        following=following,
        points=POINTS * sum(not step.bonus for step in steps),
        bonus_points=BONUS_POINTS * (len(bonus) - len(left)),
        max_bonus=BONUS_POINTS * len(bonus),
        bonus_left=left,
        brings_files=brings_files,
    )
