"""The benchmark of pinning: whether figures repeat better when generator and service have processors of their own.

The same service is measured again and again, in turn with everything free to move and with the service kept to the
first processor and the generator to the last. What counts is how far neighbouring figures of one kind lie apart: the
standard deviation of the logarithm of their ratio, in which a drift of the machine hardly shows.
"""

from __future__ import annotations

import argparse
import os
import statistics
from itertools import pairwise
from math import log

import psutil

from benchmarks.records import Records, beside, conditions, run, table, wait_for_calm
from grader.course import ROOT
from grader.load.bench import bench, cores
from grader.load.figures import Figures, take
from grader.load.workloads import READ
from grader.project import config

SOLUTION = ROOT / "solutions" / "03-integrations"
FREE, PINNED = "free", "pinned"
USERS = {"one user": 1, "eight users": 8}
FIGURES = ("rate", "p50_ms", "cpu_ms")
SECONDS = 1.5


def measure(records: Records, options: argparse.Namespace) -> None:
    """Measure batches, free and pinned in turn."""
    if cores() < 2:
        raise SystemExit("This machine has one processor, so there is nothing to keep apart.")
    for condition in conditions(options):
        with beside(condition), bench(config.read(SOLUTION)) as ready:
            service = ready.start()
            load = ready.load(service)
            take(load, (READ,))
            for _ in range(options.times or 8):
                wait_for_calm(condition)
                for users, count in USERS.items():
                    for way in (FREE, PINNED):
                        keep_to(service.process.pid, first=way == PINNED)
                        keep_to(ready.generator.pid, last=way == PINNED)
                        figures = take(load, (READ,), users=count, seconds=SECONDS)
                        _keep(records, figures, condition=condition, users=users, way=way)


def keep_to(pid: int, *, first: bool = False, last: bool = False) -> None:
    """Keep every thread of a process and of its descendants to the first or the last processor, or to none of them."""
    allowed = sorted(os.sched_getaffinity(0))
    wanted = allowed[:1] if first else allowed[-1:] if last else allowed
    root = psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        for thread in process.threads():
            os.sched_setaffinity(thread.id, wanted)


def _keep(records: Records, figures: Figures, **more: object) -> None:
    values = {name: getattr(figures, name) for name in FIGURES}
    records.add("pinning", **values, other=figures.other, **more)


def report(records: Records, options: argparse.Namespace) -> None:
    """Print by how much neighbouring figures differ, and what pinning does to the figures themselves."""
    rows = []
    for condition in conditions(options):
        for users in USERS:
            ways = {way: records.of("pinning", condition=condition, users=users, way=way) for way in (FREE, PINNED)}
            if len(ways[FREE]) < 3:
                continue
            row = [f"{condition}, {users}"]
            for name in FIGURES:
                spread = {way: _spread([one[name] for one in found]) for way, found in ways.items()}
                ratio = statistics.median(
                    pinned[name] / free[name] for free, pinned in zip(ways[FREE], ways[PINNED], strict=True)
                )
                row.append(f"{spread[FREE]:.3f} → {spread[PINNED]:.3f} (× {ratio:.2f})")
            others = [one["other"] for found in ways.values() for one in found]
            rows.append([*row, f"{statistics.median(others):.2f}"])
    heads = [
        "",
        "requests/s: free → pinned (figure itself)",
        "median latency",
        "processor time per request",
        "other cores",
    ]
    table(heads, rows)


def _spread(values: list[float]) -> float:
    return statistics.pstdev([log(b / a) for a, b in pairwise(values)]) / 2**0.5


PARTS = {"measure": measure, "report": report}

if __name__ == "__main__":
    run(__doc__, PARTS)
