"""`kit brief`: the step's part of the brief, in the terminal."""

from __future__ import annotations

import click

from grader import course
from grader.commands.completing import step_argument
from grader.commands.options import project_option, project_place
from grader.project.state import ProjectState
from grader.results.results import ExitStatus


@click.command(short_help="Read what a step asks for.")
@step_argument()
@project_option
@click.pass_context
def brief(context: click.Context, step: str | None, folder: str) -> int:
    """Read what a step asks for, in the words of the stage's brief. Unless you name a step, it is the one you are at.

    On a terminal, a long text opens in your pager; q closes it.

    \b
    Example:  kit brief 1.4
    """
    from grader.learner import brief as briefs, position
    from grader.report import terminal, terminal_text

    known = course.load()
    if step:
        chosen = known.find_step(step)
    else:
        passed = ProjectState(project_place(context, folder)).progress()[0].passed
        chosen = position.current_step(known, passed)
    text = briefs.of_step(known, chosen)
    terminal_text.show_markdown(text, terminal.console())
    return ExitStatus.PASSED
