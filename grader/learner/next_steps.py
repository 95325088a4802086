"""What follows a `kit check`: it is remembered, a step that passes is tagged, and the next command is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.course import Course, Step, tag_of
from grader.errors import NotChecked
from grader.project.git import GitRepository
from grader.project.state import ProjectState, passed
from grader.report.document import digest, document
from grader.results.results import Outcome, RunResult, StepResult

Lines = list[tuple[str, str]]


def remember(folder: Path, found: RunResult) -> None:
    """Keep what was found as the project's last report."""
    ProjectState(folder).keep_report(document(folder, found))


def tag(course: Course, folder: Path, found: RunResult) -> str | None:
    """Tag the commit with the last step that passed, and return the tag if it was made.

    Only in a repository of the project's own with nothing uncommitted, when in this very state all earlier steps of
    the stage passed as well and no later one did: the tag marks a state of which this step was the last to pass.
    """
    ran = [step.id for stage in found.stages for step in stage.steps if step.outcome is Outcome.PASS and step.checks]
    try:
        repository = GitRepository(folder)
    except NotChecked:
        return None
    if not ran or not repository.is_own_repository() or not repository.is_clean():
        return None
    steps = course.steps
    known = [step.id for step in steps]
    last = max(ran, key=known.index)
    here = passed(ProjectState(folder).report(), digest(folder))
    tags = repository.tags_here()
    tagged = {step.id for step in steps if step.tag in tags}
    before = {
        step.id for step in steps[: known.index(last)] if step.stage == course.find_step(last).stage and not step.bonus
    }
    beyond = set(known[known.index(last) + 1 :])
    if not before <= here or beyond & (here | tagged):
        return None
    return tag_of(last) if repository.tag(tag_of(last)) else None


def missing_tag(course: Course, folder: Path, found: RunResult) -> str | None:
    """Name the tag of a state that a later step will ask for, passed now, that only lacks a commit to be tagged."""
    ran = {step.id for stage in found.stages for step in stage.steps if step.outcome is Outcome.PASS and step.checks}
    try:
        repository = GitRepository(folder)
    except NotChecked:
        return None
    for step in course.asked_for_later:
        if step in ran and repository.is_own_repository() and not repository.has_tag(tag_of(step)):
            return None if repository.is_clean() else tag_of(step)
    return None


def next_lines(course: Course, found: RunResult, asked: Sequence[Step]) -> Lines:
    """Name the commands that make sense now, each with what it is for."""
    results = [step for stage in found.stages for step in stage.steps]
    unsettled = next((step for step in results if step.outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.UNCLEAR)), None)
    if unsettled is not None:
        again = (f"kit check {unsettled.id}", "this step again")
        if unsettled.outcome is not Outcome.FAIL:
            return [again]
        return [
            (f"kit hint {unsettled.id}", "a nudge, one idea at a time"),
            again,
            *_by_hand(course, unsettled),
            *_without_the_bonus(course, unsettled),
        ]
    after = _after(course, asked)
    if after is None:
        return [("kit grade .", "the whole report, with load")]
    return [(f"kit check {after.id}", f"next: {after.title}")]


def _by_hand(course: Course, failed: StepResult) -> Lines:
    """Name what is there to try things by hand: a client's line names a server that is gone when it can be read."""
    if failed.problem and "SERVER_URL=" in failed.problem.request:
        return [(f"kit check {failed.id} --hold", "again, and the server in that line stays up")]
    tool = course.find_step(failed.id).tool
    more = [(tool, "speaks to it as the provider does")] if tool else []
    return [("kit serve", "your server, to try things by hand"), *more]


def _without_the_bonus(course: Course, failed: StepResult) -> Lines:
    """Name the step at which those go on who leave a bonus out."""
    steps = course.steps
    later = steps[steps.index(course.find_step(failed.id)) :]
    after = next((step for step in later if not step.bonus), None)
    return [(f"kit check {after.id}", "or leave this bonus out, and go on here")] if failed.bonus and after else []


def current_step(course: Course, report: dict[str, Any]) -> Step:
    """Find the step that a learner is at: the first that did not pass in the last report."""
    done = passed(report)
    steps = course.steps
    return next((step for step in steps if step.id not in done and not step.bonus), steps[-1])


def _after(course: Course, asked: Sequence[Step]) -> Step | None:
    steps = course.steps
    position = steps.index(asked[-1]) + 1
    return steps[position] if position < len(steps) else None
