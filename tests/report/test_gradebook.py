"""The file grades.csv: renewed after each project, with a column for each step, and no formula in any cell."""

import csv
import os
import threading

from grader.report import destination, table
from grader.report.gradebook import Gradebook
from grader.results.results import ExitStatus
from tests.real_course import COURSE

STEPS = COURSE.stages[0].steps


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def row(name: str) -> table.Row:
    steps = (("1.1", "pass"), ("1.10", "fail"))
    more = {"steps": steps, "why": ("1.9 unclear: noise.",), "path": f"/class/{name}", "commit": "abc", "time": "now"}
    return table.Row(name, ExitStatus.FAILED, 10, 20, 0, (("01", 10),), "1.10 fail", provisional=False, **more)


def test_the_file_holds_what_was_graded_so_far_and_nothing_older(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text("project,points\nann,0\n")
    book = Gradebook(path, STEPS)
    assert rows_of(path.read_text()) == []

    book.add(row("ben"))
    assert [one["project"] for one in rows_of(path.read_text())] == ["ben"]
    book.add(row("cleo"))

    found = rows_of(path.read_text())
    assert book.finish() == f"Grades: {path}"
    assert [(one["project"], one["path"]) for one in found] == [("ben", "/class/ben"), ("cleo", "/class/cleo")]
    assert (found[0]["step_1.1"], found[0]["step_1.2"], found[0]["step_1.10"]) == ("pass", "", "fail")
    assert (found[0]["stage_01"], found[0]["commit"], found[0]["time"]) == ("10", "abc", "now")
    assert found[0]["why"] == "1.9 unclear: noise."
    assert [name for name in found[0] if name.startswith("step_")] == [f"step_{step.id}" for step in STEPS]


def test_no_cell_is_a_formula_and_every_name_can_be_written(tmp_path):
    book = Gradebook(tmp_path / "grades.csv", STEPS)
    book.add(table.unusable("=1+1", "@reason", ExitStatus.USAGE))
    book.add(table.unusable('a,"b"', "ren\udce9e", ExitStatus.USAGE))

    first, second = rows_of((tmp_path / "grades.csv").read_text("utf-8"))
    assert (first["project"], first["first_problem"], first["points"]) == ("'=1+1", "'@reason", "")
    assert second["project"] == 'a,"b"'


def test_a_pipe_gets_the_table_once(tmp_path):
    pipe = tmp_path / "grades.csv"
    os.mkfifo(pipe)
    heard = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    reader.start()
    book = Gradebook(pipe, STEPS)
    for name in ("ann", "ben"):
        book.add(row(name))

    book.finish()

    reader.join(10)
    assert [one["project"] for one in rows_of(heard[0])] == ["ann", "ben"]
    assert not destination.is_plain(pipe)


def test_a_file_that_cannot_be_written_any_more_is_said_at_the_end(tmp_path):
    book = Gradebook(tmp_path / "grades.csv", STEPS)
    (tmp_path / "grades.csv").unlink()
    (tmp_path / "grades.csv").symlink_to("/dev/full")

    book.add(row("ann"))

    assert "grades.csv" in book.complaint
    assert book.finish() == book.complaint
