"""The benchmark of the decision rule: how often it is wrong, or unclear, on real servers whose effect is known.

Two servers are measured in turn, as in every comparison of the kit, quiet and beside one busy core. In the cases named
after a factor, the processor counts that much further for each answer of B. `none` has the same server twice, and
`solution` has the reference solution of stage 3 twice, with its threads and its database. Each batch gives three
figures, and so three verdicts. The live verdicts are those of the rule itself. More are drawn from the pairs that it
recorded, in runs of four neighbours, because noise comes in waves.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import statistics
import time
from collections.abc import Callable, Iterator
from math import exp, log

from benchmarks.records import Record, Records, beside, conditions, run, table, wait_for_calm
from grader.course import ROOT
from grader.load.bench import bench
from grader.load.comparison import FIRST, Comparison, Half, Verdict, compare
from grader.load.figures import SECONDS, Figure, Figures, take
from grader.load.generator import Generator
from grader.load.measurement import Load
from grader.load.reference import ReferenceServer
from grader.load.workloads import READ
from grader.project import config

SOLUTION = ROOT / "solutions" / "03-integrations"
WORK = 250_000
"""About three milliseconds of a processor."""
EFFECTS = {"solution": 1.0, "none": 1.0, "1.25": 1.25, "1.5": 1.5, "2": 2.0, "3": 3.0}
THRESHOLD = 2**0.5
"""Is there an effect of two, or none? The root of two lies as far from both."""
FIGURES = {"requests/s": Figure.RATE, "median latency": Figure.P50, "processor time": Figure.CPU}
LENGTHS = (0.5, 1.0, 2.0, 4.0)
DRAWN = 2000
IN_A_ROW = 4
Two = tuple[Load, Load]


@contextlib.contextmanager
def two_servers(case: str) -> Iterator[Two]:
    """Run the two servers of a case."""
    with contextlib.ExitStack() as stack:
        if case == "solution":
            ready = stack.enter_context(bench(config.read(SOLUTION)))
            yield ready.load(ready.start()), ready.load(ready.start())
            return
        generator = stack.enter_context(Generator())
        servers = [
            stack.enter_context(ReferenceServer("--work", str(round(WORK * factor)))) for factor in (1, EFFECTS[case])
        ]
        a, b = [Load(generator, one.url, one.pid) for one in servers]
        yield a, b


class Turns:
    """The batches of A and B in the order of the rule. Comparisons of several figures share them."""

    def __init__(self, two: Two, seconds: float) -> None:
        self._two = two
        self._seconds = seconds
        self.taken: tuple[list[Figures], list[Figures]] = ([], [])

    def batch(self, side: int, figure: Figure) -> Callable[[], Half]:
        """Return what gives the next batch of a side to one comparison; it is measured when nobody had it before."""
        count = 0

        def next_one() -> Half:
            nonlocal count
            if count == len(self.taken[side]):
                self.taken[side].append(take(self._two[side], (READ,), seconds=self._seconds))
            count += 1
            return self.taken[side][count - 1].half(figure)

        return next_one

    def complete(self) -> None:
        """Measure what lacks for the first verdict of the rule, where it gave up before: for the drawn verdicts."""
        while (number := min(map(len, self.taken))) < FIRST:
            sides = (0, 1) if number % 2 == 0 else (1, 0)
            for side in sides:
                if len(self.taken[side]) == number:
                    self.taken[side].append(take(self._two[side], (READ,), seconds=self._seconds))


def live(records: Records, options: argparse.Namespace) -> None:
    """Reach verdicts as the kit does, on batches of its own length."""
    for condition in conditions(options):
        for case in [options.only] if options.only else EFFECTS:
            with beside(condition), two_servers(case) as two:
                take(two[0], (READ,)), take(two[1], (READ,))
                for _ in range(options.times or 5):
                    wait_for_calm(condition)
                    began = time.monotonic()
                    turns = Turns(two, SECONDS)
                    for name, figure in FIGURES.items():
                        found = compare(
                            turns.batch(0, figure), turns.batch(1, figure), _threshold(name), steady=figure.is_steady
                        )
                        records.add("verdict", figure=name, case=case, condition=condition, **_told(found))
                    turns.complete()
                    seconds = time.monotonic() - began
                    _keep(records, turns, "pair", case=case, condition=condition, took=seconds)


def lengths(records: Records, options: argparse.Namespace) -> None:
    """Measure pairs without an effect with batches of several lengths, to find out how short one may be."""
    for condition in conditions(options):
        for case in [options.only] if options.only else ("solution", "none"):
            with beside(condition), two_servers(case) as two:
                take(two[0], (READ,)), take(two[1], (READ,))
                for _ in range(options.times or 8):
                    for length in LENGTHS:
                        wait_for_calm(condition)
                        began = time.monotonic()
                        a, b = take(two[0], (READ,), seconds=length), take(two[1], (READ,), seconds=length)
                        took = time.monotonic() - began
                        _add(records, "length", a, b, case=case, condition=condition, length=length, took=took)


def _told(found: Comparison) -> dict[str, object]:
    return {
        "verdict": found.verdict.value,
        "ratio": found.ratio,
        "pairs": len(found.pairs),
        "dropped": found.dropped,
        "reason": found.reason,
    }


def _keep(records: Records, turns: Turns, kind: str, **more: object) -> None:
    for a, b in zip(*turns.taken, strict=False):
        _add(records, kind, a, b, **more)


def _add(records: Records, kind: str, a: Figures, b: Figures, **more: object) -> None:
    halves = [
        {name: getattr(one, figure.value) for name, figure in FIGURES.items()} | {"other": one.other} for one in (a, b)
    ]
    records.add(kind, a=halves[0], b=halves[1], **more)


def drawn(pairs: list[Record], figure: str, draw: random.Random, *, heedless: bool = False) -> Comparison:
    """Reach a verdict on pairs that are drawn from recorded ones; with `heedless`, as if neighbours didn't matter."""

    def pick() -> Iterator[tuple[Half, Half]]:
        while True:
            at = draw.randrange(len(pairs))
            for pair in (pairs + pairs)[at : at + IN_A_ROW]:
                a, b = pair["a"], pair["b"]
                yield Half(a[figure], a["other"]), Half(b[figure], b["other"])

    source = pick()
    waiting: list[Half] = []

    def half(side: int) -> Half:
        if waiting:
            return waiting.pop()
        pair = next(source)
        waiting.append(pair[1 - side])
        return pair[side]

    return compare(lambda: half(0), lambda: half(1), _threshold(figure), steady=heedless or FIGURES[figure].is_steady)


def _threshold(figure: str) -> float:
    """Return the threshold for a figure: more work makes requests per second fewer, and the other figures greater."""
    return 1 / THRESHOLD if figure == "requests/s" else THRESHOLD


def report(records: Records, options: argparse.Namespace) -> None:
    """Print how often the rule is right, unclear and wrong: live, and drawn from the recorded pairs."""
    for condition in conditions(options):
        print(f"\n{condition}: right/unclear/wrong of the live verdicts; the same in % of {DRAWN} drawn ones; ")
        print("(as if neighbours didn't matter); median of the pairs' ratios [5-95 %]")
        rows = []
        for case in EFFECTS:
            pairs = records.of("pair", case=case, condition=condition)
            if pairs:
                rows.append([case, *(_cell(records, case, condition, name, pairs) for name in FIGURES)])
        table(["effect", *FIGURES], rows)
        _report_lengths(records, condition)


def _cell(records: Records, case: str, condition: str, figure: str, pairs: list[Record]) -> str:
    seen = [one["verdict"] for one in records.of("verdict", case=case, condition=condition, figure=figure)]
    draw = random.Random(f"{case} {condition} {figure}")
    more = [drawn(pairs, figure, draw).verdict.value for _ in range(DRAWN)]
    ratios = sorted(log(one["b"][figure] / one["a"][figure]) for one in pairs)
    low, middle, high = (exp(ratios[round(share * (len(ratios) - 1))]) for share in (0.05, 0.5, 0.95))
    wanted = _wanted(EFFECTS[case], figure).value
    counts = "/".join(str(count) for count in _counts(seen, wanted))
    shares = "/".join(f"{100 * count / DRAWN:.3g}" for count in _counts(more, wanted))
    heedless = [drawn(pairs, figure, draw, heedless=True).verdict.value for _ in range(DRAWN)]
    without = "/".join(f"{100 * count / DRAWN:.3g}" for count in _counts(heedless, wanted))
    return f"{counts}; {shares} %; ({without} %); {middle:.2f} [{low:.2f}-{high:.2f}]"


def _wanted(effect: float, figure: str) -> Verdict:
    higher = effect > THRESHOLD
    return Verdict.ABOVE if higher != (figure == "requests/s") else Verdict.BELOW


def _counts(verdicts: list[str], wanted: str) -> tuple[int, int, int]:
    right, unclear = verdicts.count(wanted), verdicts.count(Verdict.UNCLEAR.value)
    return right, unclear, len(verdicts) - right - unclear


def _report_lengths(records: Records, condition: str) -> None:
    """Print how far the ratio of one pair misses 1, times the root of the seconds that the pair takes."""
    rows = []
    for length in LENGTHS:
        row: list[object] = [f"{length:g}"]
        pairs = records.of("length", condition=condition, length=length)
        if not pairs:
            continue
        took = statistics.mean(pair["took"] for pair in pairs)
        row.append(f"{took:.1f}")
        for name in FIGURES:
            for case in ("solution", "none"):
                logs = [log(one["b"][name] / one["a"][name]) for one in pairs if one["case"] == case]
                error = statistics.pstdev(logs) if len(logs) > 1 else float("nan")
                row.append(f"{error:.3f} ({error * took**0.5:.3f})")
        rows.append(row)
    if rows:
        heads = [f"{name}, {case}" for name in FIGURES for case in ("solution", "none")]
        print("\nstandard deviation of the logarithm of one ratio (times the root of the seconds of a pair)")
        table(["batch, s", "pair, s", *heads], rows)


PARTS = {"lengths": lengths, "live": live, "report": report}

if __name__ == "__main__":
    run(__doc__, PARTS)
