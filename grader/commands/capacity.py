"""`kit capacity`: how much a service can take before it breaks its objective."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.options import page_option, project_option, project_place
from grader.project import config
from grader.results.results import ExitStatus
from grader.system.process import how_it_ended
from grader.text.last_words import last_words

if TYPE_CHECKING:
    from grader.learner.capacity_lines import CapacityLines
    from grader.learner.load_page import LoadPage
    from grader.load.bench import Bench
    from grader.load.capacity import Capacity
    from grader.load.slo import Slo
    from grader.service.server import Service

ALL = ("reads", "writes", "mixed")


@click.command(short_help="Find how many requests per second the service can take.")
@click.argument("workloads", nargs=-1, type=click.Choice(ALL), metavar="[reads|writes|mixed]...")
@page_option
@project_option
@click.pass_context
def capacity(context: click.Context, workloads: tuple[str, ...], report_folder: str | None, folder: str) -> int:
    """Find how many requests per second the service can take before it breaks its objective.

    kit offers more and more requests, each at its own time, whether or not the ones before were answered. It closes in
    on the highest rate at which answers stay fast and right. That takes about 40 s for each workload. The result is
    written to capacity.toml. Ctrl-C keeps what was found until then.

    The objective is: reads within 100 ms, writes within 200 ms (95 of 100), at most 1 % failures. To choose another
    one, write slo.toml.

    \b
    Example:  kit capacity reads        kit capacity --report out
    """
    from grader.learner.load_page import LoadPage
    from grader.load import slo
    from grader.load.bench import bench
    from grader.project.git import GitRepository
    from grader.system import foreground

    foreground.hear_ends()
    place = project_place(context, folder)
    project = config.read(place)
    objective = slo.read(place)
    commit = GitRepository(place).head() or None
    drawn = LoadPage(Path(report_folder), "capacity", place) if report_folder is not None else None
    with bench(project) as ready:
        return _search(ready, place, objective, commit, workloads or ALL, drawn)


def _search(  # noqa: PLR0917 - one for each thing that a search is about
    bench: Bench,
    place: Path,
    objective: Slo,
    commit: str | None,
    workloads: tuple[str, ...],
    drawn: LoadPage | None,
) -> int:
    from grader.learner.capacity_lines import CapacityLines
    from grader.load import capacity_file
    from grader.load.bench import cores
    from grader.load.capacity_file import Entry, Machine
    from grader.load.reference import ceiling

    lines = CapacityLines()
    lines.say("Measuring what the generator can do here ...")
    highest = ceiling(bench.generator, bench.resources.programs)
    lines.say(f"At most {highest:.0f} requests per second, against a server that needs no time.")
    found = Found()
    try:
        for workload in workloads:
            _search_one(bench, workload, objective, lines, found)
    except KeyboardInterrupt:
        if not found.capacities:
            raise
        found.status = ExitStatus.INTERRUPTED
    finally:
        lines.stop()
        if found.capacities:
            entries = {name: Entry(one, objective.in_words(name), commit) for name, one in found.capacities.items()}
            other = max(judged.probe.other for one in found.capacities.values() for judged in one.probes)
            path = capacity_file.write(place, Machine(cores(), highest, other), entries)
            lines.say(f"Written to {path.name}.")
            if drawn is not None:
                drawn.of_searches(found.capacities, objective, highest)
                lines.say(f"Report: {drawn.path}")
    return found.status


@dataclass
class Found:
    """What was found until now, by the workload, and the exit status that follows."""

    capacities: dict[str, Capacity] = field(default_factory=dict)
    status: int = ExitStatus.PASSED


def _search_one(bench: Bench, workload: str, objective: Slo, lines: CapacityLines, found: Found) -> None:
    """Search the capacity for one workload, and keep what is known, also after Ctrl-C."""
    from grader.load.capacity_search import CapacitySearch

    service = bench.start()
    searching = CapacitySearch(bench.load(service), workload, objective, trying=lines.trying, tried=lines.tried)
    lines.begin(workload, objective.in_words(workload))
    try:
        searching.run()
    finally:
        if searching.search.found.probes:
            lines.end(searching.search.found)
            found.capacities[workload] = searching.search.found
    if searching.gone is not None:
        lines.say(_how_gone(service, searching.gone))
        found.status = ExitStatus.FAILED
    service.kill()


def _how_gone(service: Service, rate: float) -> str:
    """Say what a service did that could no longer be measured."""
    when = f"At {rate:g} requests per second" if rate else "While it was warmed up"
    if service.running:
        return f"{when}, your server stopped answering for good, so the search ends here."
    service.process.output.finish()
    ending, printed = how_it_ended(service.process.exit_code or 0), last_words(service.log, 3)
    more = f" It printed: {printed}" if printed else ""
    return f"{when}, your server ended ({ending}), so the search ends here.{more}"
