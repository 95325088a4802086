"""Points and exit statuses, computed from the outcomes of checks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from grader.course import Stage, Step
from grader.results.results import WANTING, CheckResult, ExitStatus, Outcome, StageResult, StepResult

POINTS = 10
BONUS_POINTS = 5
NOT_OF_THE_PROJECT = ("machine", "load")
"""The reasons for `not_checked` that say nothing about the project: this machine, or a run without load."""


def judge(
    parts: Iterable[tuple[Stage, Sequence[Step]]],
    checks: Iterable[CheckResult],
    known: Collection[str] = (),
    *,
    without_load: bool = False,
) -> tuple[StageResult, ...]:
    """Judge the steps that were asked for, by stage and in course order.

    A step is blocked when a step that it needs, in any stage, has an outcome in WANTING. Its outcome then is `skip`,
    and it names the needed step. A needed step that was not asked for, or could not be checked, doesn't block. The
    `known` steps have passed before. Such a step counts as passed when it was not checked again and isn't blocked.

    In a run `without_load`, no step that needs load counts, blocked or not: so each project has the same maximum.
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
            if without_load and step.needs_load and not before:
                done[step.id] = replace(done[step.id], points=0, max_points=0)
        whole = len(steps) == len(stage.steps)
        judged.append(StageResult(stage.id, stage.title, tuple(done[step.id] for step in steps), whole))
    return tuple(judged)


def judge_step(step: Step, checks: Sequence[CheckResult], done: Mapping[str, StepResult]) -> StepResult:
    """Judge one step by its checks and by the steps that it needs. It gets all of its points or none."""
    outcome, because = _combine(checks)
    left_out = outcome is Outcome.NOT_CHECKED and because in NOT_OF_THE_PROJECT
    blocker = blocked_by(step, done)
    if blocker is not None:
        outcome, because = Outcome.SKIP, blocker
    worth = BONUS_POINTS if step.bonus else POINTS
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
    """Return the id of the first needed step that blocks this one, or of the step that blocks the needed one."""
    for need in step.needs:
        found = done.get(need)
        if found is not None and found.outcome is Outcome.SKIP:
            return found.because
        if found is not None and found.outcome in WANTING:
            return need
    return None


def exit_status(stages: Iterable[StageResult], extra: Iterable[Outcome] = ()) -> ExitStatus:
    """Reduce all outcomes to one exit status. An error counts first, then a failure, then an undecided outcome."""
    outcomes = {step.outcome for stage in stages for step in stage.steps} | set(extra)
    if Outcome.ERROR in outcomes:
        return ExitStatus.FAULT
    if Outcome.FAIL in outcomes:
        return ExitStatus.FAILED
    if outcomes - {Outcome.PASS}:
        return ExitStatus.UNDECIDED
    return ExitStatus.PASSED


def _combine(checks: Sequence[CheckResult]) -> tuple[Outcome, str | None]:
    """Combine the outcomes of a step's checks into one outcome and its reason.

    A failure counts more than an error, and an error more than `unclear`. Checks that this machine or this run can't
    make are left out, unless that leaves none.
    """
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
        return Outcome.NOT_CHECKED, left_out[0].because
    return Outcome.PASS, None


def lets_on(step: StepResult) -> bool:
    """Tell whether a learner can go on after this step.

    A step that only this machine or this run can't check is no obstacle.
    """
    return step.outcome is Outcome.PASS or (step.outcome is Outcome.NOT_CHECKED and step.because in NOT_OF_THE_PROJECT)


def up_to_the_first_obstacle(stages: Iterable[StageResult]) -> tuple[StageResult, ...]:
    """Leave out all steps after the first one at which a learner can't go on."""
    kept: list[StageResult] = []
    for stage in stages:
        ends = next((n for n, step in enumerate(stage.steps, 1) if not lets_on(step)), None)
        if ends is not None:
            kept.append(
                StageResult(stage.id, stage.title, stage.steps[:ends], stage.whole and ends == len(stage.steps))
            )
            break
        kept.append(stage)
    return tuple(kept)
