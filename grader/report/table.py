"""The results of several projects in a table, on the terminal and as a CSV file for a gradebook."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.results.results import ExitStatus
from grader.text.values import printable

FORMULA = ("=", "+", "-", "@", "\t", "\r")
SAID = {
    ExitStatus.PASSED: "passed",
    ExitStatus.FAILED: "failed",
    ExitStatus.UNDECIDED: "undecided",
    ExitStatus.FAULT: "not graded",
    ExitStatus.USAGE: "not graded",
}


@dataclass(frozen=True)
class Row:
    """The row of one project: its points, by stage and in all, or the reason why it has none."""

    name: str
    status: ExitStatus
    points: int | None
    max_points: int | None
    bonus_points: int | None
    stages: tuple[tuple[str, int], ...]
    first_problem: str
    provisional: bool

    @property
    def line(self) -> str:
        """The row as one line of text."""
        if self.points is None:
            return f"{self.name}: {self.first_problem}"
        bonus = f" and {self.bonus_points} bonus points" if self.bonus_points else ""
        return f"{self.name}: {self.points} of {self.max_points} points{bonus}"


def names(folders: Sequence[Path]) -> list[str]:
    """Name projects by their folders. A name that comes again gets a number."""
    given: dict[str, int] = {}
    found = []
    for folder in folders:
        name = folder.resolve().name or "project"
        given[name] = given.get(name, 0) + 1
        found.append(name if given[name] == 1 else f"{name}-{given[name]}")
    return found


def row(name: str, report: dict[str, Any], status: ExitStatus) -> Row:
    """Make one project's row from its report."""
    open_steps = (
        step for stage in report["stages"] for step in stage["steps"] if step["outcome"] not in ("pass", "skip")
    )
    first = next(open_steps, None)
    return Row(
        name=name,
        status=status,
        points=report["points"],
        max_points=report["max_points"],
        bonus_points=report["bonus_points"],
        stages=tuple((stage["id"], stage["points"]) for stage in report["stages"]),
        first_problem=f"{first['id']} {first['outcome']}" if first else "",
        provisional=bool(report["rerun"] or report["faults"]),
    )


def unusable(name: str, reason: str, status: ExitStatus) -> Row:
    """Make the row of a project that could not be graded at all."""
    return Row(name, status, None, None, None, (), reason, provisional=True)


def show(rows: Sequence[Row], out: Console) -> None:
    """Show the table on a terminal."""
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for heading, justify in (
        ("project", "left"),
        ("points", "right"),
        ("of", "right"),
        ("bonus", "right"),
        ("result", "left"),
        ("first problem", "left"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for one in rows:
        figures = ["" if n is None else str(n) for n in (one.points, one.max_points, one.bonus_points)]
        result = SAID[one.status] + (", provisional" if one.provisional and one.points is not None else "")
        table.add_row(Text(printable(one.name)), *figures, result, Text(printable(one.first_problem)))
    out.print()
    out.print(table)


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Write the table as CSV. A spreadsheet takes no cell for a formula, even if a project's name looks like one."""
    stages = sorted({stage for one in rows for stage, _ in one.stages})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "project",
                "points",
                "max_points",
                "bonus_points",
                *[f"stage_{s}" for s in stages],
                "result",
                "provisional",
                "first_problem",
            ]
        )
        for one in rows:
            by_stage = dict(one.stages)
            figures = [one.points, one.max_points, one.bonus_points, *[by_stage.get(stage) for stage in stages]]
            result = [SAID[one.status], "yes" if one.provisional else "no", _cell(one.first_problem)]
            writer.writerow([_cell(one.name), *["" if figure is None else figure for figure in figures], *result])


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
