"""The benchmark of the capacity search: whether it finds the same again, and what one search costs.

`known` is a server that can do exactly 200 requests per second; `solution` is the reference solution of stage 3. Each
is searched several times, one service for all searches. Any three searches of one are a triple: it agrees when each two
of its intervals overlap or touch. On the grid of the search, intervals that touch are neighbours. A search that the
generator limited has no upper end, and is in no triple.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import time
from collections.abc import Iterator
from itertools import combinations, pairwise

from benchmarks.records import Record, Records, beside, conditions, run, table
from grader.course import ROOT
from grader.load.bench import bench
from grader.load.capacity_search import CapacitySearch
from grader.load.generator import Generator
from grader.load.measurement import Load
from grader.load.reference import ReferenceServer
from grader.load.slo import Slo
from grader.project import config

SOLUTION = ROOT / "solutions" / "03-integrations"
KNOWN = 200.0
CASES = ("known", "solution")
WORKLOAD = "reads"


@contextlib.contextmanager
def loaded(case: str) -> Iterator[Load]:
    """Run the service of a case, and return what loads it."""
    with contextlib.ExitStack() as stack:
        if case == "solution":
            ready = stack.enter_context(bench(config.read(SOLUTION)))
            yield ready.load(ready.start())
        else:
            generator = stack.enter_context(Generator())
            server = stack.enter_context(ReferenceServer("--seconds", "0.02", "--at-once", str(round(KNOWN * 0.02))))
            yield Load(generator, server.url, server.pid)


def search(records: Records, options: argparse.Namespace) -> None:
    """Search the capacity of each case several times."""
    for condition in conditions(options):
        for case in [options.only] if options.only else CASES:
            with beside(condition), loaded(case) as load:
                for _ in range(options.times or 6):
                    began = time.monotonic()
                    searching = CapacitySearch(load, WORKLOAD, Slo())
                    searching.run()
                    found = searching.search.found
                    records.add(
                        "search",
                        case=case,
                        condition=condition,
                        seconds=time.monotonic() - began,
                        held=found.held,
                        broke=found.broke,
                        because=found.because,
                        probes=len(found.probes),
                        other=max(judged.probe.other for judged in found.probes),
                    )


def report(records: Records, options: argparse.Namespace) -> None:
    """Print the intervals, divided by the middle of all of their case when quiet, and how many triples agree."""
    rows = []
    for condition in conditions(options):
        for case in CASES:
            found = records.of("search", case=case, condition=condition)
            if not found:
                continue
            triples = list(combinations([one for one in found if one["broke"]], 3))
            agreeing = sum(all(_overlap(a, b) for a, b in combinations(three, 2)) for three in triples)
            others = [one["other"] for one in found]
            seconds = [one["seconds"] for one in found]
            rows.append(
                [
                    f"{case}, {condition}",
                    "; ".join(_said(one) for one in found),
                    f"{agreeing} of {len(triples)}",
                    f"{max(_apart(a, b) for a, b in pairwise(found)):.2f}" if len(found) > 1 else "-",
                    f"{statistics.median(seconds):.0f} [{min(seconds):.0f}-{max(seconds):.0f}]",
                    f"{statistics.median(others):.2f} [{min(others):.2f}-{max(others):.2f}]",
                ]
            )
    heads = [
        "searched",
        "intervals, requests/s",
        "triples that agree",
        "furthest apart",
        "seconds",
        "other cores, at most",
    ]
    table(heads, rows)


def _said(one: Record) -> str:
    return f"{one['held']:g}-{one['broke']:g}" if one["broke"] else f"at least {one['held']:g}"


def _overlap(a: Record, b: Record) -> bool:
    return _apart(a, b) <= 1.0


def _apart(a: Record, b: Record) -> float:
    """Return by which factor the nearest ends of two intervals differ; at most 1 where they overlap or touch."""
    ends = [(one["held"], one["broke"] or float("inf")) for one in (a, b)]
    return float(max(held for held, _ in ends) / min(broke for _, broke in ends))


PARTS = {"search": search, "report": report}

if __name__ == "__main__":
    run(__doc__, PARTS)
