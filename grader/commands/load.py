"""`kit load`: the service under load, with what came of it as figures and as a small picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from grader.commands.options import Number, Whole, page_option, project_option, project_place
from grader.errors import Failed, UsageError
from grader.project import config
from grader.results.results import ExitStatus

if TYPE_CHECKING:
    from grader.learner.load_page import LoadPage
    from grader.load.bench import Bench
    from grader.load.locust_run import Address, LocustRun
    from grader.project.config import Project
    from grader.service.server import Service


@click.command(short_help="Put the service under load.")
@click.argument(
    "workload", required=False, type=click.Choice(["reads", "writes", "mixed"]), metavar="reads|writes|mixed"
)
@click.option("--users", default=8, show_default=True, type=Whole(1, 1000), help="How many users there are.")
@click.option("--rate", type=Number(0.1, 20_000), help="Requests per second, whether answered or not.")
@click.option("--seconds", default=10.0, show_default=True, type=Number(1, 600), help="How long the load lasts.")
@click.option("--web", is_flag=True, help="Open Locust's own page instead, on this machine only.")
@click.option("--workers", default=0, metavar="N", type=Whole(0, 64), help="Send from N processes.")
@click.option("--master", is_flag=True, help="Wait for N workers to join, from this machine or from others.")
@click.option(
    "--listen", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="With --master: where it waits."
)
@click.option("--join", metavar="ADDRESS", help="Send load for the kit load --master that waits there.")
@click.option("--own", is_flag=True, help="Run the command under [load] in service.toml.")
@page_option
@project_option
@click.pass_context
def load(  # noqa: PLR0917 - one parameter for each argument and option
    context: click.Context,
    workload: str | None,
    users: int,
    rate: float | None,
    seconds: float,
    web: bool,  # noqa: FBT001
    workers: int,
    master: bool,  # noqa: FBT001
    listen: str,
    join: str | None,
    own: bool,  # noqa: FBT001
    report_folder: str | None,
    folder: str,
) -> int:
    """Start the service with 200 messages, and put it under load.

    Each user sends the next request as soon as the answer to the last has come. With --rate, kit sends so many requests
    per second instead, each at its own time, and counts how late an answer is from that moment on. The requests of the
    first half second don't count.

    With --web, you set the load on Locust's own page, until Ctrl-C. With --own, kit runs the load test that you wrote.
    With --master, others send: kit says what to type there.

    \b
    Example:  kit load reads        kit load writes --rate 50 --report out        kit load mixed --web
    """
    from grader.learner.load_page import LoadPage
    from grader.load import locust_run
    from grader.system import foreground

    foreground.hear_ends()
    if join is not None:
        _confirm_alone(
            context, {"join", "workers", "folder"}, "--join goes with --workers only: its master says the rest."
        )
        return _join(locust_run.address(join), workers)
    if workload is None:
        raise UsageError("Name what is sent: kit load reads, kit load writes or kit load mixed.")
    if own:
        _confirm_alone(
            context, {"own", "workload", "users", "seconds", "folder"}, "--own goes with --users and --seconds only."
        )
    if rate is not None and (web or workers or master):
        raise UsageError("--rate goes with none of --web, --workers and --master: Locust itself has no open arrivals.")
    if report_folder is not None and (web or workers or master):
        raise UsageError("--report goes with none of --web, --workers and --master: Locust shows its own figures.")
    place = project_place(context, folder)
    project = config.read(place)
    if own and not project.load.get(workload):
        raise UsageError(f"service.toml has no {workload} under [load].")
    run = locust_run.LocustRun(
        workload,
        users=users,
        seconds=seconds,
        workers=workers,
        web=web,
        master=locust_run.address(listen) if master else None,
    )
    drawn = LoadPage(Path(report_folder), f"load-{workload}", place) if report_folder is not None else None
    return _load(project, run, rate, drawn, own=own)


def _load(project: Project, run: LocustRun, rate: float | None, drawn: LoadPage | None, *, own: bool) -> int:
    from grader.learner import load_lines
    from grader.load import own_load
    from grader.load.bench import bench, surviving

    with bench(project) as ready:
        service = ready.start()
        if not own and not (run.web or run.workers or run.master):
            return _measured(ready, service, run, rate, drawn)
        if run.master is not None:
            load_lines.say_how_to_join(run.master, service.port.number, run.workers or 1)
        with surviving(service):
            if own:
                whole = own_load.run(project, service, project.load[run.workload], run.users, run.seconds)
            else:
                whole = run.in_foreground(_url(service, run.master))
        if not whole:
            load_lines.say_stopped()
    return ExitStatus.PASSED if whole else ExitStatus.INTERRUPTED


def _measured(bench: Bench, service: Service, run: LocustRun, rate: float | None, drawn: LoadPage | None) -> int:
    """Measure with the kit's own generator. On Ctrl-C, show what was measured until then."""
    from grader.learner.load_lines import LoadLines, is_answered, went_well
    from grader.load.bench import confirm_alive
    from grader.load.measurement import Stopped
    from grader.load.workloads import WORKLOADS

    lines = LoadLines(run.workload)
    stopped = False
    try:
        measured = bench.load(service).run(
            WORKLOADS[run.workload],
            users=None if rate is not None else run.users,
            rate=rate,
            seconds=run.seconds,
            tell=lines.progress,
        )
    except Stopped as stop:
        measured, stopped = stop.measured, True
    lines.end(measured, stopped=stopped)
    if drawn is not None:
        drawn.of_run(run.workload, measured, stopped=stopped)
        lines.say(f"Report: {drawn.path}")
    confirm_alive(service)
    if stopped:
        return ExitStatus.INTERRUPTED
    if measured.probe.generator_bound and not is_answered(measured):
        return ExitStatus.UNDECIDED
    return ExitStatus.PASSED if went_well(measured) else ExitStatus.FAILED


def _url(service: Service, master: Address | None) -> str:
    """Return the URL under which those who send reach a service. Raises Failed when others can't."""
    from grader.system.ports import answers_at

    if master is None or master.is_loopback:
        return service.url
    if not answers_at(master.host, service.port.number):
        raise Failed(
            "Your server listens at 127.0.0.1 alone, so other machines can't reach it; leave --listen out, and kit "
            "says how they get there with ssh."
        )
    return f"http://{master.host}:{service.port.number}"


def _confirm_alone(context: click.Context, allowed: set[str], sentence: str) -> None:
    """Raise UsageError when an option was given that doesn't go with the others."""
    given = {name for name in context.params if context.get_parameter_source(name) is not ParameterSource.DEFAULT}
    if given - allowed:
        raise UsageError(sentence)


def _join(master: Address, workers: int) -> int:
    from grader.load import locust_run
    from grader.load.measurement import require

    require()
    return ExitStatus.PASSED if locust_run.join(master, workers) else ExitStatus.INTERRUPTED
