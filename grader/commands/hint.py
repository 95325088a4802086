"""`kit hint`: the hints of a step, one more each time."""

from __future__ import annotations

import click

from grader import course
from grader.commands.completing import step_argument
from grader.commands.options import Whole, project_option, project_place
from grader.errors import UsageError
from grader.project.state import ProjectState
from grader.results.results import ExitStatus


@click.command(short_help="Show the next hint for a step.")
@step_argument()
@click.option("--again", is_flag=True, help="Show the hints that you have read, and no further one.")
@click.option("--level", type=Whole(1, 9), metavar="N", help="Show the hints up to this one.")
@project_option
@click.pass_context
def hint(context: click.Context, step: str | None, again: bool, level: int | None, folder: str) -> int:  # noqa: FBT001
    """Show the next hint for a step. Unless you name a step, it is the one that you are at.

    Each call shows one more hint, and kit remembers how many you have read. The first hint says where to look, the last
    one almost what to do.

    \b
    Example:  kit hint 1.3        kit hint 1.3 --again        kit hint 1.3 --level 1
    """
    place = project_place(context, folder)
    from grader.learner import position
    from grader.report import terminal, terminal_course

    if again and level is not None:
        raise UsageError("--again and --level ask for different hints; leave one of them out.")
    state = ProjectState(place)
    known = course.load()
    found, _ = state.progress()
    chosen = known.find_step(step) if step else position.current_step(known, found.passed)
    read, most = found.of(chosen.id).hints, len(chosen.hints)
    if level is not None and level > most:
        raise UsageError(f"Step {chosen.id} has {most} hints; the last is: kit hint {chosen.id} --level {most}")
    if again and not read:
        raise UsageError(f"You have read no hint of {chosen.id} yet; the first is: kit hint {chosen.id}")
    wanted = min(read if again else level or read + 1, most)
    out = terminal.console()
    if said := state.keep_hints_read(chosen.id, max(read, wanted)):
        terminal.say(said, out, style="yellow")
    terminal_course.show_hints(chosen, wanted, out)
    return ExitStatus.PASSED
