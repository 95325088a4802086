"""`kit watch`: the current step again on every save, and the learner's service beside it."""

from __future__ import annotations

import click

from grader import course
from grader.commands.completing import step_argument
from grader.commands.options import port_option, project_option, project_place
from grader.errors import UsageError
from grader.results.results import ExitStatus


@click.command(short_help="Check again on every save.")
@step_argument()
@port_option("The port of your own service.")
@click.option("--web", is_flag=True, help="Show it as a page in your browser, too, with the brief beside it.")
@click.option("--no-browser", is_flag=True, help="With --web: open no browser.")
@project_option
@click.pass_context
def watch(  # noqa: PLR0917 - one parameter for each argument and option
    context: click.Context,
    step: str | None,
    port: int,
    web: bool,  # noqa: FBT001
    no_browser: bool,  # noqa: FBT001
    folder: str,
) -> int:
    """Check the step that you are at on every save, until you press q.

    kit checks the current step at once. When it passes, kit goes on to the next one, and checks in the background what
    passed before. If you name a step, kit stays at that one. A save while kit checks leads to one more check.

    Your own service runs beside the checks, with your last save, as kit serve runs it: on a known port, with its
    database in .kit/data/. So try it with curl meanwhile.

    Keys: h shows a hint, s the solution of the step that passed last, n goes on to the next step, r checks again, and q
    ends it. Where the output is no terminal, kit prints each result below the last, and Ctrl-C ends it.

    With --web, a page on this machine shows the brief and all of this. It works without a network, and changes by
    itself. Its address is a secret between you and kit; a page that you leave open goes on when kit watch starts again.

    \b
    Example:  kit watch        kit watch 1.4        kit watch --port 5001        kit watch --web
    """
    place = project_place(context, folder)
    from grader.watch import face
    from grader.watch.session import Watch

    if no_browser and not web:
        raise UsageError("--no-browser goes with --web only.")
    known = course.load()
    watched = Watch(place, known, step=known.find_step(step) if step else None, port=port)
    if web:
        from grader.watch.page.server import serving

        with serving(watched, known, place, open_browser=not no_browser) as address:
            face.run(watched, page=address)
    else:
        face.run(watched)
    return ExitStatus.PASSED
