"""`kit load`: the service under load, with what came of it as figures and as a small picture."""

from __future__ import annotations

import click

from grader.commands.options import project_option, project_place
from grader.errors import UsageError
from grader.project import config
from grader.results.results import ExitStatus


@click.command(short_help="Put the service under load.")
@click.argument("workload", type=click.Choice(["reads", "writes", "mixed"]), metavar="reads|writes|mixed")
@click.option("--users", default=8, show_default=True, type=click.IntRange(1, 1000), help="How many users there are.")
@click.option("--rate", type=click.FloatRange(0.1, 20_000), help="Requests per second, whether answered or not.")
@click.option(
    "--seconds", default=10.0, show_default=True, type=click.FloatRange(1, 600), help="How long the load lasts."
)
@click.option("--web", is_flag=True, help="Open Locust's own page instead, on this machine only.")
@click.option("--workers", default=0, metavar="N", type=click.IntRange(0, 64), help="Send from N processes.")
@click.option("--own", is_flag=True, help="Run the command under [load] in service.toml.")
@project_option
@click.pass_context
def load(  # noqa: PLR0917 - one parameter for each argument and option
    context: click.Context,
    workload: str,
    users: int,
    rate: float | None,
    seconds: float,
    web: bool,  # noqa: FBT001
    workers: int,
    own: bool,  # noqa: FBT001
    folder: str,
) -> int:
    """Start the service with 200 messages, and put it under load.

    Each user sends the next request as soon as the answer to the last has come. With --rate, kit sends so many requests
    per second instead, each at its own time, and counts how late an answer is from that moment on. The requests of the
    first half second don't count.

    With --web, you set the load on Locust's own page, until Ctrl-C. With --own, kit runs the load test that you wrote.

    \b
    Example:  kit load reads        kit load writes --rate 50        kit load mixed --web
    """
    if rate is not None and (web or workers or own):
        raise UsageError("--rate goes with none of --web, --workers and --own: Locust itself has no open arrivals.")
    project = config.read(project_place(context, folder))
    if own and not project.load[workload]:
        raise UsageError(f"service.toml has no {workload} under [load].")
    from grader.learner import load_lines
    from grader.load import locust_run
    from grader.load.bench import bench
    from grader.load.workloads import WORKLOADS

    with bench(project) as ready:
        service = ready.start()
        if web or workers or own:
            run = locust_run.LocustRun(workload, users=users, seconds=seconds, workers=workers, web=web)
            command = project.load[workload] if own else ()
            return ExitStatus.PASSED if run.in_foreground(project, service.url, command) == 0 else ExitStatus.FAILED
        lines = load_lines.LoadLines(workload)
        measured = ready.load(service).run(
            WORKLOADS[workload],
            users=None if rate is not None else users,
            rate=rate,
            seconds=seconds,
            tell=lines.progress,
        )
        lines.end(measured)
    return ExitStatus.FAILED if measured.probe.achieved == 0 or measured.ended else ExitStatus.PASSED
