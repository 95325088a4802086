"""What follows a `kit check`: the kit keeps the report, tags a step that passed, and names the next commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.course import Course, Step, tag_of
from grader.errors import NotChecked
from grader.learner import position
from grader.project.config import FILE
from grader.project.git import GitRepository
from grader.project.state import ProjectState, outcomes, passed
from grader.project.states import States
from grader.report.document import digest, document
from grader.results.results import Outcome, RunResult, StepResult

Lines = list[tuple[str, str]]


def remember(folder: Path, found: RunResult) -> str:
    """Keep the result of a run as the project's last report, and the files with which a step passed for the first time.

    Returns a sentence about what the kit couldn't keep; empty if it kept everything.
    """
    state = ProjectState(folder)
    before = state.progress()[0].passed
    said = state.keep_report(document(folder, found))
    ran = {step.id for stage in found.stages for step in stage.steps if step.outcome is Outcome.PASS and step.checks}
    return said or States(folder).record(ran - before)


def tag(course: Course, folder: Path, found: RunResult, asked: Sequence[Step]) -> str | None:
    """Tag the commit with the last step that passed, and return the tag if it was made.

    Steps that weren't `asked` for, but that these need, get none: where 4.3 fails, nobody looks for a tag of stage 2.

    The tag marks a state of the project in which this step was the last one to pass. So the kit makes it only when the
    project is the top of its repository, when everything is committed, and when in exactly this state all earlier steps
    of the stage have passed and no later one has. A folder without service.toml is no project, and gets no tag.
    """
    ran = [step.id for stage in found.stages for step in stage.steps if step.outcome is Outcome.PASS and step.checks]
    if not ran or not (folder / FILE).is_file():
        return None
    steps = course.steps
    known = [step.id for step in steps]
    last = max(ran, key=known.index)
    before = {
        step.id for step in steps[: known.index(last)] if step.stage == course.find_step(last).stage and not step.bonus
    }
    beyond = set(known[known.index(last) + 1 :])
    kept = ProjectState(folder).report()

    def is_the_last(here: set[str]) -> bool:
        return before <= here and not beyond & here and last in {step.id for step in asked}

    # The kept report knows most of the answer. Where it says no, git isn't asked, which takes eight processes.
    if not is_the_last(passed(kept, kept.get("project", {}).get("digest"))):
        return None
    try:
        repository = GitRepository(folder)
    except NotChecked:
        return None
    if not repository.is_own_repository() or not repository.is_clean() or not is_the_last(passed(kept, digest(folder))):
        return None
    tags = repository.tags_here()
    if beyond & {step.id for step in steps if step.tag in tags}:
        return None
    return tag_of(last) if repository.tag(tag_of(last)) else None


def why_not_tagged(folder: Path, tag: str) -> str:
    """Say why a commit can't have the tag yet, and what to do."""
    if uncommitted := not_committed(folder):
        return f"Not tagged {tag}, which a later step starts from: commit first, then type kit check. {uncommitted}."
    return (
        f"Not tagged {tag}, which a later step starts from: in this state, not every step before it was checked. "
        "Type: kit check"
    )


def missing_tag(course: Course, folder: Path, found: RunResult) -> str | None:
    """Return the tag that a later step needs and that the kit can't make yet: see `why_not_tagged`.

    Only a step that passed in this run counts.
    """
    ran = {step.id for stage in found.stages for step in stage.steps if step.outcome is Outcome.PASS and step.checks}
    try:
        repository = GitRepository(folder)
    except NotChecked:
        return None
    for step in course.asked_for_later:
        if step in ran and repository.is_own_repository() and not repository.has_tag(tag_of(step)):
            return tag_of(step)
    return None


def not_committed(folder: Path) -> str:
    """Name the files that are not committed yet."""
    from grader.project.clone import not_cloned  # few checks need it, and it takes long to import

    said = not_cloned(folder, "")
    return f"{said[:1].upper()}{said[1:]}"


def next_lines(course: Course, found: RunResult, asked: Sequence[Step], report: dict[str, Any]) -> Lines:
    """Return the commands that make sense now, each with its purpose. `report` is the kept one, with this run in it."""
    results = [step for stage in found.stages for step in stage.steps]
    unsettled = next((step for step in results if step.outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.UNCLEAR)), None)
    if unsettled is not None:
        again = (f"kit check {unsettled.id}", "this step again")
        if unsettled.outcome is Outcome.UNCLEAR:
            return [again, *_beyond(course, unsettled, "or go on here: what is unclear costs nothing")]
        if unsettled.outcome is Outcome.ERROR:
            return [again]
        from grader.learner import by_hand  # only a failure needs it

        return [
            (f"kit hint {unsettled.id}", "a nudge, one idea at a time"),
            *_promise(unsettled),
            again,
            *by_hand.lines(course, unsettled),
            *(_beyond(course, unsettled, "or leave this bonus out, and go on here") if unsettled.bonus else []),
        ]
    after = _after(course, asked)
    onward = [(f"kit check {after.id}", f"next: {after.title}")] if after else []
    if left := _left_open(course, report, after):
        is_unclear = outcomes(report)[left.id] == Outcome.UNCLEAR
        return [(f"kit check {left.id}", f"still open: {left.title}"), *(onward if is_unclear else [])]
    return onward or [("kit grade .", "the whole report, with load")]


def _promise(failed: StepResult) -> Lines:
    """Return the command that shows the clause which a failed check cites, or what the stage promises for its step."""
    clause = failed.problem.clause if failed.problem else ""
    if not clause:
        return []
    return [(f"kit contract {clause if clause.startswith('K') else failed.id}", "what the contract says about it")]


def _beyond(course: Course, step: StepResult, purpose: str) -> Lines:
    """Return the command for the next step without a bonus, for learners who leave this one for now."""
    steps = course.steps
    later = steps[steps.index(course.find_step(step.id)) + 1 :]
    after = next((step for step in later if not step.bonus), None)
    return [(f"kit check {after.id}", purpose)] if after else []


def current_step(course: Course, report: dict[str, Any]) -> Step:
    """Return the learner's current step: the first one that did not pass in the last report, without bonus steps."""
    return position.current_step(course, passed(report))


def _left_open(course: Course, report: dict[str, Any], after: Step | None) -> Step | None:
    """Return the first step before `after` that did not pass when it was last checked, without bonus steps."""
    known = outcomes(report)
    earlier = course.steps[: course.steps.index(after)] if after else course.steps
    return next((step for step in earlier if not step.bonus and known.get(step.id, "pass") != "pass"), None)


def _after(course: Course, asked: Sequence[Step]) -> Step | None:
    steps = course.steps
    position = steps.index(asked[-1]) + 1
    return steps[position] if position < len(steps) else None
