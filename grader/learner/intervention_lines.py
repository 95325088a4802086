"""What `kit intervene` shows: each pair as it is measured, then both medians, the ratio, and what follows from it."""

from __future__ import annotations

from statistics import median

from rich.table import Table
from rich.text import Text

from grader.load.comparison import Pair, Verdict
from grader.load.figures import Figure
from grader.load.intervene import Finding
from grader.load.interventions import Intervention
from grader.report import terminal
from grader.text.values import three_digits

COSTS = {Figure.CPU: "processor ms", Figure.READS: "file reads", Figure.WRITES: "file writes"}


class InterventionLines:
    """Prints to standard output."""

    def __init__(self) -> None:
        self._out = terminal.console()
        self._pairs: list[Pair] = []

    def begin(self, intervention: Intervention) -> None:
        """Print what is changed, and what is measured."""
        self._out.print()
        self._out.print(Text.assemble("  A  ", (intervention.before, "bold")))
        self._out.print(Text.assemble("  B  ", (intervention.after, "bold")))
        self._out.print(Text(f"  {intervention.figure}, A and B in turn", style="dim"))
        self._out.print()

    def pair(self, pair: Pair) -> None:
        """Print one pair."""
        self._pairs.append(pair)
        remark = "" if pair.is_fair else "   dropped: unequal noise"
        figures = f"A {_number(pair.a.value):>9}   B {_number(pair.b.value):>9}   B/A {pair.ratio:6.2f}"
        self._out.print(Text(f"  {len(self._pairs):2}   {figures}{remark}"))

    def end(self, finding: Finding) -> None:
        """Print the medians, the ratio, its spread, the metrics, and what follows."""
        found, what = finding.comparison, finding.intervention
        self._out.print()
        if found.pairs:
            rows = Table.grid(padding=(0, 2))
            rows.add_row("  medians", f"A {_number(found.medians[0])}   B {_number(found.medians[1])}   {what.figure}")
            rows.add_row("  B/A", f"{found.ratio:.2f}, from {found.spread[0]:.2f} to {found.spread[1]:.2f}")
            for figure, (a, b) in finding.costs.items():
                rows.add_row(f"  {COSTS[figure]}", f"A {a:.2f}   B {b:.2f}   for one answer")
            for name, value in finding.metrics.items():
                rows.add_row("  metric", f"{name} = {three_digits(value)}")
            self._out.print(rows)
            self._out.print()
        self._out.print(terminal.indented(conclusion(finding)))
        self._out.print()

    def stopped(self) -> None:
        """Print the medians of the pairs until Ctrl-C, which are no result."""
        fair, count = [pair for pair in self._pairs if pair.is_fair], len(self._pairs)
        self._out.print()
        if fair:
            a, b, ratio = (
                median(values) for values in zip(*((p.a.value, p.b.value, p.ratio) for p in fair), strict=True)
            )
            self._out.print(Text(f"  medians  A {_number(a)}   B {_number(b)}   B/A {ratio:.2f}"))
        self._out.print(
            terminal.indented(
                f"Stopped after {count} pair{'' if count == 1 else 's'}: this is partial, and decides nothing."
            )
        )

    def not_possible(self, reason: str) -> None:
        """Say why the intervention can't be carried out here."""
        self._out.print(terminal.indented(f"Not checked: {reason}"))


def _number(value: float) -> str:
    """Write a figure; one below ten with two decimals, as pages often take less than a millisecond."""
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def conclusion(finding: Finding) -> str:
    """Say what follows from a finding, and what doesn't."""
    found, what = finding.comparison, finding.intervention
    if found.verdict is Verdict.UNCLEAR:
        return f"Unclear. {found.reason} Run it again when the machine is quieter."
    if found.verdict is Verdict.ABOVE:
        return f"B/A is above {what.threshold:g}. {what.if_above}"
    return f"B/A is below {what.threshold:g}. {what.if_below}"
