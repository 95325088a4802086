"""The file grades.csv, for a gradebook. It is written after each project, so that it holds what was graded so far."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from grader.course import Step
from grader.errors import MachineError
from grader.report import destination
from grader.report.table import Row

FILE = "grades.csv"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
HEAD = ("project", "points", "max_points", "bonus_points")
TAIL = ("result", "provisional", "first_problem", "why", "load", "path", "commit", "time")


class Gradebook:
    """The rows of the projects that were graded so far, and their file. The file of an older run is replaced at once.

    Raises MachineError when the file can't be begun. If it can't be written later, `complaint` says why.
    """

    def __init__(self, path: Path, steps: Sequence[Step]) -> None:
        self.rows: list[Row] = []
        self.complaint = ""
        self._path = path
        self._stages = list(dict.fromkeys(step.stage for step in steps))
        self._steps = [step.id for step in steps]
        self._renewed = destination.is_plain(path)
        if self._renewed:
            write([], path, self._stages, self._steps)

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
            write(self.rows, self._path, self._stages, self._steps)
            self.complaint = ""
        except MachineError as error:
            self.complaint = str(error)


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
