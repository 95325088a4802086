"""`kit capacity`: how much a service can take before it breaks its objective."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.options import project_option, project_place
from grader.project import config
from grader.results.results import ExitStatus

if TYPE_CHECKING:
    from grader.load.bench import Bench
    from grader.load.capacity_file import Entry
    from grader.load.slo import Slo

ALL = ("reads", "writes", "mixed")


@click.command(short_help="Find how many requests per second the service can take.")
@click.argument("workloads", nargs=-1, type=click.Choice(ALL), metavar="[reads|writes|mixed]...")
@project_option
@click.pass_context
def capacity(context: click.Context, workloads: tuple[str, ...], folder: str) -> int:
    """Find how many requests per second the service can take before it breaks its objective.

    kit offers more and more requests, each at its own time, whether or not the ones before were answered. It closes in
    on the highest rate at which answers stay fast and right. That takes about 40 s for each workload. The result is
    written to capacity.toml. Ctrl-C keeps what was found until then.

    The objective is: reads within 100 ms, writes within 200 ms (95 of 100), at most 1 % failures. To choose another
    one, write slo.toml.

    \b
    Example:  kit capacity reads
    """
    from grader.load import slo
    from grader.load.bench import bench
    from grader.project.git import GitRepository

    place = project_place(context, folder)
    project = config.read(place)
    objective = slo.read(place)
    commit = GitRepository(place).head() or None
    with bench(project) as ready:
        return _search(ready, place, objective, commit, workloads or ALL)


def _search(bench: Bench, place: Path, objective: Slo, commit: str | None, workloads: tuple[str, ...]) -> int:
    from grader.learner.capacity_lines import CapacityLines
    from grader.load import capacity_file
    from grader.load.bench import cores
    from grader.load.capacity_file import Entry, Machine
    from grader.load.capacity_search import CapacitySearch
    from grader.load.reference import ceiling

    lines = CapacityLines()
    lines.say("Measuring what the generator can do here ...")
    highest = ceiling(bench.generator, bench.resources.programs)
    lines.say(f"At most {highest:.0f} requests per second, against a server that needs no time.")
    entries: dict[str, Entry] = {}
    interrupted = False
    for workload in workloads:
        service = bench.start()
        searching = CapacitySearch(bench.load(service), workload, objective, trying=lines.trying, tried=lines.tried)
        lines.begin(workload, objective.in_words(workload))
        try:
            searching.run()
        except KeyboardInterrupt:
            interrupted = True
        service.kill()
        found = searching.search.found
        lines.end(found)
        if found.probes:
            entries[workload] = Entry(found, objective.in_words(workload), commit)
        if interrupted:
            break
    if entries:
        other = max(judged.probe.other for entry in entries.values() for judged in entry.capacity.probes)
        path = capacity_file.write(place, Machine(cores(), highest, other), entries)
        lines.say(f"Written to {path.name}.")
    return ExitStatus.INTERRUPTED if interrupted else ExitStatus.PASSED
