"""`kit next`: the new files of the next stage."""

from __future__ import annotations

import click

from grader import course
from grader.commands.options import project_option, project_place
from grader.project.state import ProjectState, passed
from grader.results.results import ExitStatus


@click.command(name="next", short_help="Add the next stage's new files.")
@project_option
@click.pass_context
def next_stage(context: click.Context, folder: str) -> int:
    """Copy the next stage's new files into the project. Files that exist stay as they are.

    \b
    Example:  kit next
    """
    from grader.learner import scaffold
    from grader.report import terminal

    place = project_place(context, folder)
    known = course.load()
    stage, copied = scaffold.advance(known, place)
    out = terminal.console()
    terminal.say(f"Stage {stage.id}, {stage.title}. New here: {', '.join(map(str, copied))}.", out)
    if left := scaffold.unfinished(known, stage, passed(ProjectState(place).report())):
        terminal.say(f"Not passed yet: {', '.join(left)}. kit check shows the first thing to do there.", out)
    lines = [
        (f"less {stage.folder / 'README.md'}", "read the brief"),
        (f"kit check {stage.steps[0].id}", stage.steps[0].title),
    ]
    terminal.show_next(lines, out)
    return ExitStatus.PASSED
