"""What a run found: outcomes of checks, steps and stages, and the points they earn. Data in, data out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Self

from grader.course import Stage, Step

POINTS = 10
BONUS_POINTS = 5


class Outcome(StrEnum):
    """How a check, and so its step, ended."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    SKIP = "skip"
    UNCLEAR = "unclear"
    NOT_CHECKED = "not_checked"
    ERROR = "error"


WANTING = frozenset({Outcome.FAIL, Outcome.ERROR, Outcome.UNCLEAR})
"""What keeps the steps that need this one from being run; what can't be checked does not."""


class ExitStatus(IntEnum):
    """What `kit` tells the shell."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    FAULT = 3
    UNDECIDED = 4
    INTERRUPTED = 130


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    `request` is a line to paste; `expected` and `actual` are for people; `log` holds the last lines that the
    learner's program printed, or the kit's own traceback for an `error`; `because` is `machine` or `project`
    for `not_checked`, and the noise for `unclear`.
    """

    step: str
    id: str
    sentence: str
    outcome: Outcome
    clause: str
    request: str = ""
    expected: str = ""
    actual: str = ""
    log: str = ""
    because: str | None = None
    seconds: float = 0.0

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON has carried."""
        return cls(**{**values, "outcome": Outcome(values["outcome"])})


@dataclass(frozen=True)
class StepResult:
    """What all checks of one step found together, and what that earns."""

    id: str
    title: str
    bonus: bool
    outcome: Outcome
    because: str | None
    note: str | None
    points: int
    max_points: int
    checks: tuple[CheckResult, ...] = ()

    @property
    def problem(self) -> CheckResult | None:
        """The first check that explains why the step did not pass."""
        return next((check for check in self.checks if check.outcome is self.outcome), None)


@dataclass(frozen=True)
class StageResult:
    """The steps of one stage and their sums."""

    id: str
    title: str
    steps: tuple[StepResult, ...] = field(default=())

    @property
    def points(self) -> int:
        return sum(step.points for step in self.steps if not step.bonus)

    @property
    def max_points(self) -> int:
        return sum(step.max_points for step in self.steps if not step.bonus)

    @property
    def bonus_points(self) -> int:
        return sum(step.points for step in self.steps if step.bonus)

    @property
    def max_bonus(self) -> int:
        return sum(step.max_points for step in self.steps if step.bonus)


def judge(
    parts: Iterable[tuple[Stage, Sequence[Step]]], checks: Iterable[CheckResult], known: Collection[str] = ()
) -> tuple[StageResult, ...]:
    """Judge the steps of each stage that were asked for, in course order.

    A step whose need was found wanting is `skip` and names that step, in whatever stage it is; a need that was
    not asked for, or that could not be checked, is taken as met. Of the steps that are `known` to have passed before,
    those that were not checked again, and need nothing that was found wanting, count as passed, and say so.
    """
    by_step: dict[str, list[CheckResult]] = {}
    for check in checks:
        by_step.setdefault(check.step, []).append(check)
    done: dict[str, StepResult] = {}
    judged = []
    for stage, steps in parts:
        for step in steps:
            found = by_step.get(step.id, [])
            before = step.id in known and not found and blocked_by(step, done) is None
            done[step.id] = _passed_before(step) if before else judge_step(step, found, done)
        judged.append(StageResult(stage.id, stage.title, tuple(done[step.id] for step in steps)))
    return tuple(judged)


def judge_step(step: Step, checks: Sequence[CheckResult], done: Mapping[str, StepResult]) -> StepResult:
    """Judge one step by its checks and by the steps it needs, all or nothing."""
    outcome, because = _combine(checks)
    blocker = blocked_by(step, done)
    if blocker is not None:
        outcome, because = Outcome.SKIP, blocker
    worth = BONUS_POINTS if step.bonus else POINTS
    left_out = outcome is Outcome.NOT_CHECKED and because == "machine"
    notes = [check.actual for check in checks if check.outcome is Outcome.NOT_CHECKED]
    return StepResult(
        id=step.id,
        title=step.title,
        bonus=step.bonus,
        outcome=outcome,
        because=because,
        note=" ".join(dict.fromkeys(notes)) or None,
        points=worth if outcome is Outcome.PASS else 0,
        max_points=0 if left_out else worth,
        checks=tuple(checks),
    )


def _passed_before(step: Step) -> StepResult:
    worth = BONUS_POINTS if step.bonus else POINTS
    return StepResult(step.id, step.title, step.bonus, Outcome.PASS, None, "passed before", worth, worth)


def blocked_by(step: Step, done: Mapping[str, StepResult]) -> str | None:
    """Name the first needed step that was found wanting, or the one that blocked it in turn."""
    for need in step.needs:
        found = done.get(need)
        if found is not None and found.outcome is Outcome.SKIP:
            return found.because
        if found is not None and found.outcome in WANTING:
            return need
    return None


def exit_status(stages: Iterable[StageResult], extra: Iterable[Outcome] = ()) -> ExitStatus:
    """Reduce everything to one exit status: a fault over a failure over something undecided over success."""
    outcomes = {step.outcome for stage in stages for step in stage.steps} | set(extra)
    if Outcome.ERROR in outcomes:
        return ExitStatus.FAULT
    if Outcome.FAIL in outcomes:
        return ExitStatus.FAILED
    if outcomes - {Outcome.PASS}:
        return ExitStatus.UNDECIDED
    return ExitStatus.PASSED


def reruns(stages: Iterable[StageResult]) -> list[str]:
    """List the commands that would settle what is not settled yet; none means that the result is final."""
    open_outcomes = {Outcome.ERROR, Outcome.UNCLEAR}
    return [f"kit check {step.id}" for stage in stages for step in stage.steps if step.outcome in open_outcomes]


def _combine(checks: Sequence[CheckResult]) -> tuple[Outcome, str | None]:
    """Let a failure outweigh the kit's own fault, and that doubt; what the machine can't check is left out."""
    if not checks:
        return Outcome.ERROR, None
    outcomes = [check.outcome for check in checks]
    for outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.UNCLEAR):
        if outcome in outcomes:
            return outcome, next(check.because for check in checks if check.outcome is outcome)
    left_out = [check for check in checks if check.outcome is Outcome.NOT_CHECKED]
    if any(check.because == "project" for check in left_out):
        return Outcome.NOT_CHECKED, "project"
    if len(left_out) == len(checks):
        return Outcome.NOT_CHECKED, "machine"
    return Outcome.PASS, None
