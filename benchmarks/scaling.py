"""The benchmark of stage 4: its solution beside that of stage 3, a bare application, and the same API in FastAPI.

All four run at once, and are asked in turn, every second round in the opposite order. A result is the median of the
ratios of all rounds, with the smallest and the largest. Processor time and calls that write files are taken on one
connection, where other programs hardly move them; requests per second on sixteen.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.closed_loop import MIXED, READS, WRITES, Batch, run
from benchmarks.records import BUSY, QUIET, beside
from grader.course import ROOT
from grader.project import config
from grader.service.server import Service
from grader.system.resources import Resources

STACKS = Path(__file__).parent / "stacks"
STAGE_4, STAGE_3, BARE, FASTAPI = "stage 4", "stage 3", "bare", "FastAPI"
SERVICES: Mapping[str, Path] = {
    STAGE_4: ROOT / "solutions" / "04-scaling",
    STAGE_3: ROOT / "solutions" / "03-integrations",
    BARE: STACKS / "bare",
    FASTAPI: STACKS / "fastapi",
}
USERS = 16
MESSAGES = 200
Rounds = dict[tuple[str, str, int], list[Batch]]
"""The batches of each service, workload and number of connections, a batch for each round."""


@dataclass(frozen=True)
class Row:
    """A line of the table: what is compared, of two services, and the target that it is held to."""

    what: str
    workload: str
    users: int
    figure: Callable[[Batch], float]
    over: tuple[str, str]
    target: str


def cpu(batch: Batch) -> float:
    """Return milliseconds of processor per request."""
    return batch.cpu_ms


def rate(batch: Batch) -> float:
    """Return answers per second."""
    return batch.rate


def file_writes(batch: Batch) -> float:
    """Return calls that wrote to files, per request."""
    return batch.writes


ROWS = (
    Row("processor time per read", READS, 1, cpu, (STAGE_4, STAGE_3), "at most 0.20"),
    Row("reads/s", READS, USERS, rate, (STAGE_4, STAGE_3), "at least 3, or 5 with the second core idle"),
    Row("processor time per POST", WRITES, 1, cpu, (STAGE_4, STAGE_3), "at most 0.67"),
    Row("file writes per POST", WRITES, 1, file_writes, (STAGE_4, STAGE_3), "at most 0.50"),
    Row("writes/s", WRITES, USERS, rate, (STAGE_4, STAGE_3), ""),
    Row("half reads, half writes/s", MIXED, USERS, rate, (STAGE_4, STAGE_3), "at least 2"),
    Row("processor time per read", READS, 1, cpu, (BARE, STAGE_4), "at least 0.70"),
    Row("processor time per read", READS, 1, cpu, (STAGE_4, FASTAPI), ""),
    Row("processor time per POST", WRITES, 1, cpu, (STAGE_4, FASTAPI), ""),
    Row("reads/s", READS, USERS, rate, (STAGE_4, FASTAPI), ""),
    Row("writes/s", WRITES, USERS, rate, (STAGE_4, FASTAPI), ""),
)


def measure(services: Mapping[str, Service], rounds: int, seconds: float) -> Rounds:
    """Ask every service for every workload, in turn, so many times."""
    cells = sorted({(row.workload, row.users) for row in ROWS})
    found: Rounds = {}
    for number in range(rounds):
        for workload, users in cells:
            names = [name for name in services if name != BARE or workload == READS]
            for name in names if number % 2 == 0 else reversed(names):
                service = services[name]
                batch = run(service.port.number, service.process.pid, workload, users=users, seconds=seconds)
                found.setdefault((name, workload, users), []).append(batch)
    return found


def start(open_until: ExitStack) -> dict[str, Service]:
    """Start all services, their data on the disk, and fill a page and more."""
    resources = Resources(memory=False)
    open_until.callback(resources.close)
    services = {}
    for name, folder in SERVICES.items():
        service = Service(config.read(folder), resources, resources.fresh("data"))
        service.start()
        services[name] = service
        run(service.port.number, service.process.pid, READS if name == BARE else WRITES, users=1, seconds=1.0)
        run(service.port.number, service.process.pid, READS, users=USERS, seconds=1.0)
    return services


def lines(found: Rounds) -> list[str]:
    """Return the table in Markdown."""
    table = ["| | ratio | by round | target |", "| --- | --- | --- | --- |"]
    for row in ROWS:
        above, below = ([row.figure(one) for one in found[name, row.workload, row.users]] for name in row.over)
        ratios = [one / other for one, other in zip(above, below, strict=True)]
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
        title = f"{row.what}, {row.over[0]} over {row.over[1]}"
        table.append(f"| {title} | {statistics.median(ratios):.2f} | {spread} | {row.target} |")
    table += ["", "| medians | ms of processor | requests/s |", "| --- | --- | --- |"]
    for (name, workload, users), batches in found.items():
        medians = [statistics.median(figure(one) for one in batches) for figure in (cpu, rate)]
        table.append(f"| {name}, {workload}, {users} connections | {medians[0]:.3f} | {medians[1]:.0f} |")
    return table


def main() -> None:
    """Measure, and print tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long one service is asked at a time")
    parser.add_argument("--beside", choices=(QUIET, BUSY), default=QUIET, help="nothing else, or one busy core")
    options = parser.parse_args()
    with ExitStack() as open_until, beside(options.beside):
        services = start(open_until)
        found = measure(services, options.rounds, options.seconds)
    print(f"{options.rounds} rounds, {options.beside}; {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print("\n".join(lines(found)))


if __name__ == "__main__":
    main()
