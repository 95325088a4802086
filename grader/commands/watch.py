"""`kit watch`: the current step again on every save, and the learner's service beside it."""

from __future__ import annotations

import click

from grader import course
from grader.commands.options import port_option, project_option, project_place
from grader.results.results import ExitStatus


@click.command(short_help="Check again on every save.")
@click.argument("step", required=False)
@port_option("The port of your own service.")
@project_option
@click.pass_context
def watch(context: click.Context, step: str | None, port: int, folder: str) -> int:
    """Check the step that you are at on every save, until you press q.

    kit checks the current step at once. When it passes, kit goes on to the next one, and checks in the background what
    passed before. If you name a step, kit stays at that one. A save while kit checks leads to one more check.

    Your own service runs beside the checks, with your last save, as kit serve runs it: on a known port, with its
    database in .kit/data/. So try it with curl meanwhile.

    Keys: h shows a hint, s the solution of the step that passed last, n goes on to the next step, r checks again, and q
    ends it. Where the output is no terminal, kit prints each result below the last, and Ctrl-C ends it.

    \b
    Example:  kit watch        kit watch 1.4        kit watch --port 5001
    """
    place = project_place(context, folder)
    from grader.watch import face
    from grader.watch.session import Watch

    known = course.load()
    face.run(Watch(place, known, step=known.find_step(step) if step else None, port=port))
    return ExitStatus.PASSED
