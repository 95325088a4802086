"""`kit hint`: the hints of a step, one more each time."""

from __future__ import annotations

import click

from grader import course
from grader.commands.options import project_option, project_place
from grader.project.state import ProjectState
from grader.results.results import ExitStatus


@click.command(short_help="Show the next hint for a step.")
@click.argument("step", required=False)
@project_option
@click.pass_context
def hint(context: click.Context, step: str | None, folder: str) -> int:
    """Show the next hint for a step. Unless you name a step, it is the one that you are at.

    Each call shows one more hint. The first hint says where to look, the last one almost what to do.

    \b
    Example:  kit hint 1.3
    """
    place = project_place(context, folder)
    from grader.learner import next_steps
    from grader.report import terminal, terminal_course

    state = ProjectState(place)
    known = course.load()
    chosen = known.find_step(step) if step else next_steps.current_step(known, state.report())
    level = min(state.hints_read(chosen.id) + 1, len(chosen.hints))
    state.keep_hints_read(chosen.id, level)
    terminal_course.show_hints(chosen, level, terminal.console())
    return ExitStatus.PASSED
