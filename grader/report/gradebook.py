"""The files grades.csv and index.html, with a row for each project. They are written after each project, so that they
hold what was graded so far.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.course import Step
from grader.errors import MachineError
from grader.report import destination
from grader.report.table import Row

FILE = "grades.csv"
PAGE = "index.html"
"""The page with a link to the page of each project."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
HEAD = ("project", "points", "max_points", "bonus_points")
TAIL = ("result", "provisional", "first_problem", "why", "load", "path", "commit", "time")


class Gradebook:
    """The rows of the projects that were graded so far, and their files. Those of an older run are replaced at once.

    `drawn` makes the page of some rows, with a column for each stage. Raises MachineError when the files can't be
    begun. If they can't be written later, `complaint` says why.
    """

    def __init__(
        self, path: Path, steps: Sequence[Step], drawn: Callable[[Sequence[Row], Sequence[str]], str] | None = None
    ) -> None:
        self.rows: list[Row] = []
        self.complaint = ""
        self._path = path
        self._stages = list(dict.fromkeys(step.stage for step in steps))
        self._steps = [step.id for step in steps]
        self._renewed = destination.is_plain(path)
        self._drawn = drawn
        if self._renewed:
            self._write_both()

    def add(self, row: Row) -> None:
        """Add the row of a project, and renew the file. What is no plain file is written once, at the end."""
        self.rows.append(row)
        if self._renewed:
            self._write()

    def finish(self) -> str:
        """Write what isn't written yet, and return a sentence about the file."""
        if not self._renewed:
            self._write()
        return self.complaint or f"Grades: {self._path}"

    def _write(self) -> None:
        try:
            self._write_both()
            self.complaint = ""
        except MachineError as error:
            self.complaint = str(error)

    def _write_both(self) -> None:
        write(self.rows, self._path, self._stages, self._steps)
        if self._drawn is not None:
            destination.write(self._path.with_name(PAGE), self._drawn(self.rows, self._stages))


def write(rows: Sequence[Row], path: Path, stages: Sequence[str] = (), steps: Sequence[str] = ()) -> None:
    """Write the table as CSV, with a column for each of these stages and steps; raises MachineError when it can't.

    A spreadsheet takes no cell for a formula, even if a project's name looks like one.
    """
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow([*HEAD, *(f"stage_{stage}" for stage in stages), *TAIL, *(f"step_{step}" for step in steps)])
    for one in rows:
        points, outcomes = dict(one.stages), dict(one.steps)
        cells = [one.name, one.points, one.max_points, one.bonus_points, *(points.get(stage) for stage in stages)]
        cells += [one.result, "yes" if one.provisional else "no", one.first_problem, " ".join(one.why)]
        cells += [one.load, one.path, one.commit, one.time, *(outcomes.get(step) for step in steps)]
        writer.writerow([_cell(cell) for cell in cells])
    destination.write(path, page.getvalue())


def _cell(value: str | int | None) -> str | int:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
