"""What the benchmarks of load share: records that are kept in a file, a busy core, and tables in Markdown."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.load.cpu import machine_seconds

HELP = "beside nothing, beside one busy core, or beside whatever runs now; else quiet and busy"
LONGEST = 1200
"""Seconds after which a busy core ends by itself."""
SPIN = f"import time\nend = time.monotonic() + {LONGEST}\nwhile time.monotonic() < end: pass"
Record = dict[str, Any]
QUIET, BUSY, NOISY = "quiet", "busy", "noisy"
CALM = 0.2
"""Cores in use by others up to which a machine counts as quiet."""
CALM_WITHIN = 20.0


@contextmanager
def beside(condition: str) -> Iterator[None]:
    """Keep the last core busy meanwhile where the condition is `busy`; else do nothing."""
    if condition != BUSY:
        yield
        return
    process = subprocess.Popen([sys.executable, "-c", SPIN])
    try:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
        yield
    finally:
        process.kill()
        process.wait()


def wait_for_calm(condition: str) -> None:
    """Where the condition is `quiet`, wait until others use hardly any processor, for 20 s at most."""
    deadline = time.monotonic() + CALM_WITHIN
    while condition == QUIET and time.monotonic() < deadline:
        before, began = machine_seconds(), time.monotonic()
        time.sleep(0.5)
        if (machine_seconds() - before) / (time.monotonic() - began) < CALM:
            break


class Records:
    """The records of one kind in a file of JSON lines; without a path, only in memory."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path is not None and path.exists() else []
        self._all: list[Record] = [json.loads(line) for line in lines]

    def add(self, kind: str, **values: object) -> None:
        """Keep one record."""
        record = {"kind": kind, **values}
        self._all.append(record)
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps(record) + "\n")

    def of(self, kind: str, **wanted: object) -> list[Record]:
        """Return the records of a kind that have these values, in their order."""
        wanted = {"kind": kind, **wanted}
        return [one for one in self._all if all(one.get(name) == value for name, value in wanted.items())]


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown."""
    print(f"\n| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")


def run(doc: str | None, parts: Mapping[str, Callable[[Records, argparse.Namespace], None]]) -> None:
    """Carry out the parts that the command line names, all of them without one, with the options of each.

    What they measure is kept in the file `--data`, so that the parts of one benchmark can be run one by one.
    """
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("parts", nargs="*", help=f"{', '.join(parts)}; all without one")
    parser.add_argument("--data", type=Path, help="the file of JSON lines that keeps what was measured")
    parser.add_argument("--condition", choices=[QUIET, BUSY, NOISY], help=HELP)
    parser.add_argument("--only", help="the name of one case")
    parser.add_argument("--times", type=int, help="how often each case is measured")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(parts):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    # So that a time limit ends the servers, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    records = Records(options.data)
    for name in options.parts or parts:
        parts[name](records, options)


def conditions(options: argparse.Namespace) -> list[str]:
    """Return the conditions under which a part is measured."""
    return [options.condition] if options.condition else [QUIET, BUSY]
