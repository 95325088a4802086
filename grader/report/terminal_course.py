"""The course on a terminal: the stages with the last outcomes of their steps, and the hints of a step."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.course import Stage, Step
from grader.report.terminal import BONUS, MARKS, ends, inline, show_next, steps_grid
from grader.results.results import Outcome


def show_overview(stage: Stage, found: dict[str, str], out: Console) -> None:
    """Show a stage with the last outcome of each step. A step that was never checked has no mark."""
    counts = []
    for steps, name in (
        ([step for step in stage.steps if not step.bonus], "steps"),
        ([step for step in stage.steps if step.bonus], "bonus steps"),
    ):
        passed = sum(found.get(step.id) == Outcome.PASS for step in steps)
        counts += [f"{passed} of {len(steps)} {name}"] if steps else []
    out.print()
    out.print(ends(Text(f"  {stage.id}  {stage.title}", style="bold"), Text(", ".join(counts)), out.width))
    out.print()
    rows = steps_grid()
    for step in stage.steps:
        mark, style = MARKS[Outcome(found[step.id])] if step.id in found else (" ", "")
        rows.add_row(
            Text(mark, style=style), Text(step.id), Text.assemble(step.title, (BONUS if step.bonus else "", "dim"))
        )
    out.print(rows)


def show_hints(step: Step, level: int, out: Console) -> None:
    """Show the first `level` hints of a step, the last of them undimmed, and how many hints the step has."""
    out.print()
    out.print(
        Text(f"  {step.id}  {step.title}", style="bold") + Text(f"   hint {level} of {len(step.hints)}", style="dim")
    )
    rows = Table.grid(padding=(0, 2))
    for number, hint in enumerate(step.hints[:level], 1):
        newest = number == level
        rows.add_row(Text(str(number), style="dim"), inline(hint, "" if newest else "dim"))
    out.print()
    out.print(Padding(rows, (0, 0, 0, 4), expand=False))
    more = [(f"kit hint {step.id}", "one more")] if level < len(step.hints) else []
    show_next([*more, (f"kit check {step.id}", "when you have tried")], out)
