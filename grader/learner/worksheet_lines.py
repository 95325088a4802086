"""What `kit worksheet` shows: the open questions, each answer as it is measured, and the predictions beside them."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from grader.report import terminal
from grader.report.load_words import neighbours
from grader.scaling.questions import BY_NAME, QUESTIONS
from grader.scaling.usl import NoFit, Point, bound, fit_usl
from grader.scaling.worksheet import Worksheet
from grader.scaling.worksheet_picture import factor
from grader.text.values import three_digits

POOR = 0.5
"""Below this R², a fitted law says nothing."""
HALF = 10
"""How many characters a bar has on either side of a perfect prediction; each is half of a factor of two."""


class WorksheetLines:
    """Prints to standard output."""

    def __init__(self) -> None:
        self._out = terminal.console()

    def say(self, sentence: str) -> None:
        """Print one sentence."""
        terminal.say(sentence, self._out)

    def then(self, command: str, purpose: str) -> None:
        """Print the next command."""
        terminal.show_next([(command, purpose)], self._out)

    def open_questions(self, names: list[str]) -> None:
        """Print the questions that have no prediction yet."""
        self._out.print()
        for name in names:
            self._out.print(Text.assemble("  ", (f"[{name}]", "bold"), f"  {BY_NAME[name].text}"), soft_wrap=True)

    def answer(self, name: str, value: float | None, reason: str) -> None:
        """Print one answer as soon as it is measured."""
        shown = reason if value is None else f"{three_digits(value)} {BY_NAME[name].unit}"
        self._out.print(Text.assemble(f"  {name:18}", (shown, "" if value is not None else "yellow")))

    def compared(self, sheet: Worksheet) -> None:
        """Print each prediction beside what was measured, with a bar for how far it was off."""
        rows = Table.grid(padding=(0, 2))
        rows.add_row("", Text("predicted", style="dim"), Text("measured", style="dim"), "", "")
        for one in QUESTIONS:
            miss = sheet.miss(one.name)
            figures = [_shown(sheet.figure(one.name, key)) for key in ("predicted", "measured")]
            rows.add_row(f"  {one.name}", *figures, bar(miss), "" if miss is None else factor(miss))
        self._out.print()
        self._out.print(rows)

    def noise(self, busiest: float) -> None:
        """Say how much other programs disturbed the measurement, if they did."""
        if said := neighbours([{"other": busiest}]):
            self.say(said)

    def throughput(self, curve: list[Point], latency: float, demand: float) -> None:
        """Print the throughput by clients beside its bounds, and what the fitted law says about more clients."""
        rows = Table.grid(padding=(0, 2))
        rows.add_row("  clients", *(f"{n:g}" for n, _ in curve))
        rows.add_row("  reads/s", *(f"{x:.0f}" for _, x in curve))
        if latency > 0 and demand > 0:
            rows.add_row("  min(N/R, 1/D)", *(f"{bound(n, latency, demand):.0f}" for n, _ in curve))
        self._out.print()
        self._out.print(rows)
        self._out.print()
        self._out.print(Text(f"  R = {1000 * latency:.3g} ms, D = {1000 * demand:.3g} ms of one processor."))
        try:
            law = fit_usl(curve)
        except NoFit as reason:
            self.say(str(reason))
            return
        if law.r_squared < POOR:
            self._out.print(
                Text("  The scalability law doesn't describe these points; the noise was larger than its curve.")
            )
            return
        peak = f"a peak at {law.peak:.0f} clients" if law.peak else "no peak in range"
        said = f"σ = {law.contention:.3f}, κ = {law.coherence:.5f}, R² = {law.r_squared:.3f}; {peak}."
        self._out.print(Text(f"  The fitted law: {said}"))


def bar(miss: float | None) -> str:
    """Draw how far a prediction was off: to the left for less than predicted, to the right for more."""
    if miss is None:
        return ""
    length = min(round(2 * abs(miss)), HALF)
    left, right = ("█" * length, "") if miss < 0 else ("", "█" * length)
    return f"{left:>{HALF}}│{right:<{HALF}}"


def _shown(value: float | None) -> str:
    return "" if value is None else three_digits(value)
