"""The results of several projects in a table: a row for each, and below it why something is undecided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.report import load_words, terminal
from grader.results.results import ExitStatus, Outcome
from grader.text.values import printable

SAID = {
    ExitStatus.PASSED: "passed",
    ExitStatus.FAILED: "failed",
    ExitStatus.UNDECIDED: "undecided",
    ExitStatus.FAULT: "error",
    ExitStatus.USAGE: "not graded",
}
NO_PROJECT = "no project"


LONGEST_REASON = 160
"""How many characters of a reason stand in a row."""
HEAD = ("project", "points", "of", "bonus", "result")
"""The columns on a terminal, before the first problem."""
INDENT = GAP = 2
"""Blanks before and between the columns."""
LONGEST_NAME = 24
COMFORTABLE, NARROWEST = 40, 16
"""How wide the first problem is, where there is room, and at least."""


@dataclass(frozen=True)
class Row:
    """The row of one project: its points, by stage and in all, or the reason why it has none.

    `steps` has the outcome of each step. `why` says, in sentences, why the result is undecided or an error.
    """

    name: str
    status: ExitStatus
    points: int | None
    max_points: int | None
    bonus_points: int | None
    stages: tuple[tuple[str, int], ...]
    first_problem: str
    provisional: bool
    steps: tuple[tuple[str, str], ...] = ()
    load: str = ""
    why: tuple[str, ...] = ()
    path: str = ""
    commit: str = ""
    time: str = ""
    word: str = ""
    page: str = ""
    """The name of the file with the project's own page; empty where there is none."""

    @property
    def result(self) -> str:
        """The result in a word or two."""
        return self.word or SAID[self.status]

    @property
    def result_in_full(self) -> str:
        """The result, and whether the points are provisional."""
        return self.result + (", provisional" if self.provisional and self.points is not None else "")

    @property
    def line(self) -> str:
        """The row as one line of text."""
        if self.points is None:
            return f"{self.name}: {self.first_problem}"
        bonus = f" and {self.bonus_points} bonus points" if self.bonus_points else ""
        said = f", {self.result}" if self.status in (ExitStatus.UNDECIDED, ExitStatus.FAULT) else ""
        return f"{self.name}: {self.points} of {self.max_points} points{bonus}{said}"


def row(name: str, report: dict[str, Any], status: ExitStatus, load: str = "", **more: Any) -> Row:
    """Make one project's row from its report. `load` says in a word or two what came of the load."""
    steps = [step for stage in report["stages"] for step in stage["steps"]]
    problems = [_in_words(step) for step in steps if step["outcome"] not in ("pass", "skip")]
    problems += [_load_in_words(report, load)] if load not in ("", Outcome.PASS) else []
    problems += ["a fault of the kit's own"] if report["faults"] else []
    return Row(
        name=name,
        status=status,
        points=report["points"],
        max_points=report["max_points"],
        bonus_points=report["bonus_points"],
        stages=tuple((stage["id"], stage["points"]) for stage in report["stages"]),
        first_problem=next(iter(problems), ""),
        provisional=bool(report["rerun"] or report["faults"]),
        steps=tuple((step["id"], step["outcome"]) for step in steps),
        load=load,
        commit=report["project"]["commit"] or "",
        **more,
    )


def _in_words(step: dict[str, Any]) -> str:
    """Name a step that didn't pass, and what came of its first check that didn't."""
    came = next((check["actual"] for check in step["checks"] if check["outcome"] == step["outcome"]), "") or ""
    sentence = " ".join(came.split())
    short = sentence if len(sentence) <= LONGEST_REASON else f"{sentence[:LONGEST_REASON]}…"
    return f"{step['id']} {step['outcome']}" + (f": {short}" if short else "")


def _load_in_words(report: dict[str, Any], outcome: str) -> str:
    """Say what came of the load, and for which workload where one didn't pass."""
    failed = [load for load in report["load"] if load["outcome"] != Outcome.PASS]
    if not failed:
        return f"load {outcome}"
    said = load_words.rows(failed[0]) or failed[0]["note"] or ""
    return f"load {outcome}, {load_words.NAMES[failed[0]['workload']]}: {said}".rstrip(": ")


def unusable(name: str, reason: str, status: ExitStatus, **more: Any) -> Row:
    """Make the row of a project that could not be graded at all."""
    return Row(name, status, None, None, None, (), reason, provisional=True, **more)


def show(rows: Sequence[Row], out: Console) -> None:
    """Show the table on a terminal, and below it why something is undecided and what to type."""
    cells = [[printable(one.name), *_figures(one), one.result_in_full] for one in rows]
    *widths, left = _widths(rows, cells, out.width)
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for heading, width in zip(HEAD, widths, strict=True):
        justify: JustifyMethod = "right" if heading in ("points", "of", "bonus") else "left"
        table.add_column(heading, justify=justify, width=width, overflow="fold")
    table.add_column("first problem", width=left, overflow="fold")
    for one, before in zip(rows, cells, strict=True):
        table.add_row(*map(Text, before), _cut(printable(one.first_problem), left, out))
    out.print()
    out.print(Padding(table, (0, 0, 0, INDENT), expand=False))
    for sentence, named in reasons(rows).items():
        terminal.say(f"{', '.join(named)}: {sentence}", out)


def _widths(rows: Sequence[Row], cells: Sequence[Sequence[str]], room: int) -> list[int]:
    """Say how wide each column is, so that a first problem gets room: first results take two lines, then names do."""
    widths = [max(map(cell_len, column)) for column in zip(HEAD, *cells, strict=True)]
    widths[0] = min(widths[0], LONGEST_NAME)
    left = room - INDENT - GAP * len(widths) - sum(widths)
    longest = max(cell_len(printable(one.first_problem)) for one in rows)
    if left < min(longest, COMFORTABLE):
        words = max(cell_len(word) for one in [HEAD[-1], *(row.result_in_full for row in rows)] for word in one.split())
        left, widths[-1] = left + widths[-1] - words, words
    if left < NARROWEST:
        left, widths[0] = NARROWEST, max(widths[0] + left - NARROWEST, len(HEAD[0]))
    return [*widths, left]


def _figures(one: Row) -> list[str]:
    return ["" if n is None else str(n) for n in (one.points, one.max_points, one.bonus_points)]


def _cut(sentence: str, width: int, out: Console) -> Text:
    """Cut a text after two lines of this width."""
    lines = [line.plain.rstrip() for line in Text(sentence).wrap(out, width)]
    if len(lines) <= 2:
        return Text(sentence)
    return Text(f"{lines[0]}\n{set_cell_size(lines[1], width - 1).rstrip()}…")


def reasons(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Collect why results are undecided, each reason once, with the projects that it is true of."""
    found: dict[str, list[str]] = {}
    for one in rows:
        for sentence in one.why:
            found.setdefault(sentence, []).append(one.name)
    return found
