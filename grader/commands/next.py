"""`kit next`: the new files of the next stage."""

from __future__ import annotations

import shlex

import click

from grader import course
from grader.commands.options import project_option, project_place
from grader.errors import UsageError
from grader.project.state import ProjectState, outcomes
from grader.results.results import ExitStatus, Outcome


@click.command(name="next", short_help="Add the next stage's new files.")
@click.option("--anyway", is_flag=True, help="Do it although steps of an earlier stage have not passed.")
@project_option
@click.pass_context
def next_stage(context: click.Context, anyway: bool, folder: str) -> int:  # noqa: FBT001
    """Copy the next stage's new files into the project. Files that exist stay as they are.

    kit does it when every step of the earlier stages has passed, bonus steps aside; with --anyway also before.

    \b
    Example:  kit next
    """
    from grader.learner import course_folder, scaffold
    from grader.report import terminal

    place = project_place(context, folder)
    known = course.load()
    report = ProjectState(place).report()
    settled = {step for step, outcome in outcomes(report).items() if outcome in (Outcome.PASS, Outcome.NOT_CHECKED)}
    coming = scaffold.coming(known, place, settled)
    left = scaffold.unfinished(known, coming[0], settled) if coming else []
    if left and not anyway:
        if reason := scaffold.unfit(known, place, known.stage_of(known.find_step(left[0]))):
            raise UsageError(reason)
        raise UsageError(
            f"Not passed yet: {listed(left)}. kit check shows the first thing to do. "
            "To go on all the same, type: kit next --anyway"
        )
    stage, copied = scaffold.advance(known, place, settled)
    out = terminal.console()
    terminal.say(f"Stage {stage.id}, {stage.title}. New here: {', '.join(map(str, copied))}.", out)
    if left:
        terminal.say(f"Not passed yet: {listed(left)}. kit check shows the first thing to do there.", out)
    brief = course_folder.text_near(place, stage.folder / "README.md")
    lines = [
        (f"less {shlex.quote(brief)}", "read the brief"),
        (f"kit check {stage.steps[0].id}", stage.steps[0].title),
    ]
    terminal.show_next(lines, out)
    return ExitStatus.PASSED


def listed(steps: list[str]) -> str:
    """List ids of steps: all of a few, and of many the first three and how many more there are."""
    return ", ".join(steps) if len(steps) < 6 else f"{', '.join(steps[:3])} and {len(steps) - 3} more steps"
