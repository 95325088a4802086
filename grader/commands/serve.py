"""`kit serve`: the project's server as the checks run it, on a known port."""

from __future__ import annotations

import click

from grader.commands.options import port_option, project_option, project_place
from grader.project import config
from grader.project.state import ProjectState
from grader.results.results import ExitStatus
from grader.system.process import how_it_ended

HELP = "What it printed last stands above. A server has to go on until it is told to stop (K3)."


@click.command(short_help="Run the project's server as the checks do.")
@port_option("The port to listen on.")
@click.option("--tz", "zone", metavar="ZONE", default="UTC", help="The time zone of the server; UTC unless given.")
@project_option
@click.pass_context
def serve(context: click.Context, port: int, zone: str, folder: str) -> int:
    """Run the project's server as the checks do, on a known port, until Ctrl-C.

    The server runs in UTC, as in most checks, unless --tz names another time zone. Its database lies in .kit/data/ and
    stays there. If your shell sets PUBLIC_URL, TWILIO_AUTH_TOKEN or SLACK_SIGNING_SECRET, kit uses the value of your
    shell instead of its own.

    \b
    Example:  kit serve --port 5001        kit serve --tz Asia/Kolkata
    """
    from grader.learner import serve as server
    from grader.report import terminal

    place = project_place(context, folder)
    project = config.read(place)
    state = ProjectState(place)
    server.confirm_free(port)
    server.confirm_known(zone)
    data, settings = state.data(), server.settings(state, port, zone)
    server.confirm_programs(project, port, data)
    server.announce(
        f"http://127.0.0.1:{port}/",
        {"DATABASE_URL": project.database_url(data), **settings.shown},
        terminal.console(stderr=True),
    )
    code = server.serve(project, port=port, data=data, more=settings.environment)
    if code is None:
        return ExitStatus.PASSED
    terminal.say(f"Your server ended by itself: {how_it_ended(code)}. {HELP}", terminal.console(stderr=True))
    return ExitStatus.PASSED if code == 0 else ExitStatus.FAILED
