"""`kit solution`: what the reference changes for a step, and why."""

from __future__ import annotations

import click

from grader import course
from grader.commands.completing import step_argument
from grader.commands.options import project_option, project_place
from grader.course import Course, Step
from grader.errors import UsageError
from grader.project.progress import Progress
from grader.project.state import ProjectState
from grader.results.results import ExitStatus


@click.command(short_help="Show the reference's change for a step.")
@step_argument()
@click.option("--anyway", is_flag=True, help="Show it although the step hasn't passed.")
@project_option
@click.pass_context
def solution(context: click.Context, step: str | None, anyway: bool, folder: str) -> int:  # noqa: FBT001
    """Show what the reference solution changes for a step, and why, once the step has passed.

    Unless you name a step, it is the last one that has passed. kit compares the solution with the state of the course
    before the step's stage, and not with your code.

    \b
    Example:  kit solution 1.4 --anyway
    """
    place = project_place(context, folder)
    known = course.load()
    found, _ = ProjectState(place).progress()
    chosen = known.find_step(step) if step else _last_passed(known, found)
    if chosen.id not in found.passed and not anyway:
        raise UsageError(
            f"Step {chosen.id} hasn't passed yet. A nudge: kit hint {chosen.id}   "
            f"To see the solution all the same: kit solution {chosen.id} --anyway"
        )
    from grader.learner import solution as solutions
    from grader.report import terminal, terminal_solution

    shown = solutions.of_step(known, chosen)
    places = [(change.place, change.is_new, change.lines) for change in shown.changes]
    terminal_solution.show_solution(f"{chosen.id}  {chosen.title}", shown.why, places, terminal.console())
    return ExitStatus.PASSED


def _last_passed(known: Course, found: Progress) -> Step:
    passed = [step for step in known.steps if step.id in found.passed]
    if not passed:
        raise UsageError("No step has passed yet. Name one, such as: kit solution 1.4 --anyway")
    return passed[-1]
