"""`kit intervene`: one thing is changed, everything else is held, and both are measured in turn."""

from __future__ import annotations

import click

from grader.commands.options import project_option, project_place
from grader.errors import NotChecked
from grader.project import config
from grader.results.results import ExitStatus

NAMES = ("lock", "rows", "limit", "memory", "processor", "clients", "cache")


@click.command(short_help="Change one thing, and measure what that does.")
@click.argument("name", type=click.Choice(NAMES), metavar="|".join(NAMES))
@click.option(
    "--workload",
    default="writes",
    show_default=True,
    type=click.Choice(["reads", "writes", "mixed"]),
    help="With clients: what they send.",
)
@project_option
@click.pass_context
def intervene(context: click.Context, name: str, workload: str, folder: str) -> int:
    """Change one thing, hold everything else, and measure both in turn.

    \b
    lock       another program locks the database while a write comes in
    rows       16 times as many messages are stored
    limit      a page is 5 times as long
    memory     the database lies in memory instead of on the disk
    processor  the service has one processor instead of all
    clients    8 clients instead of 1
    cache      CACHE=off instead of CACHE=on, which answers.toml wants to know

    That takes one to two minutes. kit prints both medians, their ratio and its spread, and what that does and doesn't
    show.

    \b
    Example:  kit intervene memory
    """
    from grader.learner.intervention_lines import InterventionLines
    from grader.load.bench import bench
    from grader.load.comparison import Verdict
    from grader.load.intervene import intervene as carry_out
    from grader.load.interventions import ALL
    from grader.system import foreground

    foreground.hear_ends()
    project = config.read(project_place(context, folder))
    lines = InterventionLines()
    lines.begin(ALL[name])
    try:
        with bench(project) as ready:
            finding = carry_out(ready, name, workload, lines.pair)
    except NotChecked as lacking:
        lines.not_possible(str(lacking))
        return ExitStatus.UNDECIDED
    except KeyboardInterrupt:
        lines.stopped()
        return ExitStatus.INTERRUPTED
    lines.end(finding)
    return ExitStatus.UNDECIDED if finding.comparison.verdict is Verdict.UNCLEAR else ExitStatus.PASSED
