"""The benchmark of the generator: against `wrk` and against servers of known pace, up to what it can't do any more.

The reference server has a known capacity (closed loop) or known latencies (open arrivals). So each figure of the
generator is divided by what is true. Above its ceiling it is wrong, and must say so: `generator-bound`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.records import BUSY, QUIET, Record, Records, beside, conditions, run, table
from grader.load.generator import Generator
from grader.load.measurement import Load, Measured
from grader.load.reference import ReferenceServer, ceiling
from grader.load.samples import lengthened, percentile_ms, started_in
from grader.load.workloads import READ

RATES = (25, 100, 400, 1000, 1500, 2000)
SHARES = (0.5, 0.65, 0.75, 0.85, 0.95, 1.05, 1.2, 1.5)
"""Of the ceiling: what is offered, or could be taken, to find out when the generator says that it is the limit."""
SECONDS = 4.0
WARM_UP = 1.0
TAKING, SLOW, ONE_IN = 0.05, 0.25, 50
FAST = ("--seconds", "0.005", "--slow", "25", "--slow-seconds", "0.025")
"""The same, ten times as fast, so that only few requests are under way at the rates that are the most."""
USUAL = ("--seconds", str(TAKING), "--slow", str(ONE_IN), "--slow-seconds", str(SLOW))
"""A server whose 50th and 95th percentile are 50 ms and whose 99th is 250 ms, at any rate.

Each 50th answer is slow, so the 99th percentile is in the middle of the slow ones, and the 95th far from them: with
each 25th, it lay so near that one request in a hundred beside a short pause of the machine moved it by half.
"""
LIMITS = (5, 10, 25, 50, 100)
"""Milliseconds of lateness whose shares are kept."""


def paced(rate: float) -> tuple[tuple[str, ...], int]:
    """Return the options of a server that can do exactly so many requests per second, and users who keep it busy."""
    at_once = max(1, round(rate * TAKING))
    return ("--seconds", repr(at_once / rate), "--at-once", str(at_once)), 2 * at_once + 2


def throughput(records: Records, options: argparse.Namespace) -> None:
    """Measure closed loops against servers of known capacity, by the generator and by wrk."""
    with Generator() as generator:
        for _ in range(options.times or 1):
            for rate in RATES:
                how, users = paced(rate)
                with server(generator, how) as (load, url):
                    keep(records, "closed", load.run((READ,), users=users, warm_up=WARM_UP, seconds=SECONDS), rate)
                    if shutil.which("wrk"):
                        records.add("wrk", rate=rate, achieved=wrk(url, users))


def latency(records: Records, options: argparse.Namespace) -> None:
    """Measure open arrivals against a server of known latencies."""
    with Generator() as generator:
        for number in range(options.times or 1):
            for rate in RATES:
                with server(generator, USUAL) as (load, _):
                    measured = load.run((READ,), rate=rate, warm_up=WARM_UP, seconds=SECONDS, seed=number)
                    keep(records, "open", measured, rate)


def ceilings(records: Records, _: argparse.Namespace) -> None:
    """Measure what the generator and wrk can do against the null server."""
    with Generator() as generator, server(generator, ()) as (load, url):
        for _round in range(3):
            measured = load.run((READ,), users=16, warm_up=0.5, seconds=2.0)
            probe = measured.probe
            fast = wrk(url, 16, 2.0) if shutil.which("wrk") else None
            records.add("ceiling", ours=probe.achieved, wrk=fast, bound=probe.generator_bound, other=probe.other)


def bound(records: Records, options: argparse.Namespace) -> None:
    """Load around the ceiling, in both models, to find out from where on the generator is the limit, and says so."""
    for condition in conditions(options):
        with beside(condition), Generator() as generator:
            highest = ceiling(generator)
            for share in SHARES:
                rate = round(share * highest)
                how, users = paced(rate)
                with server(generator, how) as (load, _):
                    measured = load.run((READ,), users=users, warm_up=WARM_UP, seconds=SECONDS)
                    keep(records, "bound closed", measured, rate, condition=condition, share=share)
                with server(generator, FAST) as (load, _):
                    measured = load.run((READ,), rate=rate, warm_up=WARM_UP, seconds=SECONDS)
                    keep(records, "bound open", measured, rate, condition=condition, share=share)


@contextmanager
def server(generator: Generator, options: tuple[str, ...]) -> Iterator[tuple[Load, str]]:
    """Run a reference server, and return what loads it, and its address."""
    with ReferenceServer(*options) as running:
        yield Load(generator, running.url, running.pid), running.url


def keep(records: Records, kind: str, measured: Measured, rate: float, **more: object) -> None:
    """Keep the figures of a run."""
    probe = measured.probe
    inside = started_in(measured.window, measured.record.samples)
    late = [sample.late for sample in inside]
    window = measured.window
    sent = sum(window.opening <= sample.start + sample.late < window.closing for sample in measured.record.samples)
    records.add(
        kind,
        rate=rate,
        achieved=probe.achieved,
        sent=sent / window.seconds,
        **{f"p{percent}": percentile_ms([one.seconds for one in inside], percent) for percent in (50, 95, 99)},
        late={str(limit): sum(one > limit / 1000 for one in late) / max(1, len(late)) for limit in LIMITS},
        bound=probe.generator_bound,
        rested=measured.record.rested,
        most=measured.record.most_under_way,
        cpu_generator=probe.cpu_generator,
        other=probe.other,
        failed=probe.failed,
        longer=sorted(lengthened(window, measured.record.samples)),
        **more,
    )


def wrk(url: str, connections: int, seconds: float = SECONDS) -> float:
    """Load a server with wrk, and return the requests per second that it prints."""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", f"{url}{READ.path}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def report(records: Records, _: argparse.Namespace) -> None:
    """Print each figure divided by what is true."""
    rows = []
    for rate in RATES:
        closed, by_wrk, opened = (records.of(kind, rate=rate) for kind in ("closed", "wrk", "open"))
        rows.append(
            [
                f"{rate:,}/s",
                ratios([one["achieved"] / rate for one in closed]),
                ratios([one["achieved"] / rate for one in by_wrk]),
                ratios([one["achieved"] / rate for one in opened]),
                *(
                    ratios([one[name] / true for one in opened])
                    for name, true in (("p50", 50), ("p95", 50), ("p99", 250))
                ),
                f"{sum(bool(one.get('longer') or one['bound']) for one in opened)} of {len(opened)}",
                ratios([one["cpu_generator"] for one in opened]),
            ]
        )
    table(["rate", "closed: answered", "wrk", "open: answered", "p50", "p95", "p99", "says so", "its cores"], rows)
    highest = records.of("ceiling")
    if highest:
        print(f"\nCeiling over that of wrk: {ratios([one['ours'] / one['wrk'] for one in highest if one['wrk']])}")
    for kind in ("bound closed", "bound open"):
        rows = []
        for share in SHARES:
            found = [records.of(kind, share=share, condition=condition) for condition in (QUIET, BUSY)]
            rows.append([f"{share}", *(cell for group in found for cell in _bound_cells(kind, group))])
        names = [
            "rate over ceiling",
            *["answered" if kind.endswith("closed") else "sent in time", "p99", "says so"] * 2,
        ]
        print(f"\n{kind}: three columns quiet, three beside a busy core")
        table(names, rows)


def _bound_cells(kind: str, group: list[Record]) -> list[str]:
    figure = "achieved" if kind.endswith("closed") else "sent"
    p99 = "" if kind.endswith("closed") else ratios([one["p99"] / 25 for one in group])
    said = sum(bool(one["bound"] or (one.get("longer") and kind.endswith("open"))) for one in group)
    return [ratios([one[figure] / one["rate"] for one in group]), p99, f"{said} of {len(group)}"]


def ratios(values: list[float]) -> str:
    """Write the median of ratios with the smallest and the largest."""
    if not values:
        return "-"
    if len(values) == 1:
        return f"{values[0]:.2f}"
    return f"{statistics.median(values):.2f} [{min(values):.2f}-{max(values):.2f}]"


PARTS = {"throughput": throughput, "latency": latency, "ceilings": ceilings, "bound": bound, "report": report}

if __name__ == "__main__":
    run(__doc__, PARTS)
