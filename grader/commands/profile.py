"""`kit profile`: in which functions the service spends its time."""

from __future__ import annotations

import click

from grader.commands.options import Number, path_named, project_option, project_place
from grader.errors import NotChecked, UsageError
from grader.project import config
from grader.results.results import ExitStatus


@click.command(short_help="Show in which functions the service spends its time.")
@click.argument(
    "workload", default="reads", type=click.Choice(["reads", "writes", "mixed"]), metavar="[reads|writes|mixed]"
)
@click.option("--seconds", default=6.0, show_default=True, type=Number(2, 300), help="How long it is profiled.")
@click.option("--out", metavar="FILE", help="Where the profile goes; evidence/reads.prof unless given.")
@click.option("--sampler", is_flag=True, help="Look from outside with py-spy, instead of recording each call.")
@click.option("--open", "--snakeviz", "show", is_flag=True, help="Show it as a picture with SnakeViz, until Ctrl-C.")
@project_option
@click.pass_context
def profile(  # noqa: PLR0917 - one parameter for each argument and option
    context: click.Context,
    workload: str,
    seconds: float,
    out: str | None,
    sampler: bool,  # noqa: FBT001
    show: bool,  # noqa: FBT001
    folder: str,
) -> int:
    """Start the service twice, put both under load, and profile one of them.

    kit records every call in the service with Python's own cProfile, and prints the functions with the most processor
    time. Nothing has to be changed in your code. The profile is written to evidence/, in the format that pstats and
    SnakeViz read. For another language, kit names its tool.

    \b
    Example:  kit profile reads --open
    """
    from grader.learner import snakeviz
    from grader.learner.profile_lines import ProfileLines
    from grader.load import profile_data, profiling
    from grader.load.bench import bench
    from grader.system import foreground

    foreground.hear_ends()
    place = project_place(context, folder)
    project = config.read(place)
    path = place / "evidence" / f"{workload}.prof" if out is None else path_named(out)
    if path.is_dir():
        raise UsageError(f'"{path}" is a folder; name a file, such as {path}/{workload}.prof')
    if show:
        snakeviz.require()
    lines = ProfileLines(workload, place)
    try:
        with bench(project) as ready:
            finding = profiling.profile(ready, workload, seconds=seconds, sampler=sampler, tell=lines.doing)
    except NotChecked as lacking:
        lines.not_possible(str(lacking))
        return ExitStatus.UNDECIDED
    finally:
        lines.stop()
    profile_data.save(finding.profile, path)
    lines.end(finding, str(path.relative_to(place)) if path.is_relative_to(place) else str(path))
    if show:
        snakeviz.show(path)
    return ExitStatus.PASSED
