"""Classes with a hostile submission among them: its own row says what happened, and all others are as ever."""

import csv
import dataclasses
import json
import subprocess
import sys

import pytest

from grader import course
from grader.commands.grade import Request, grade_several
from grader.results.results import Outcome
from grader.session import runner
from grader.system.removal import remove
from tests import projects
from tests.hostile import submissions
from tests.projects import a_check

SEED = 7
STEPS = {
    "1.3": a_check("1.3", "service", "assert service.get('/').status == 200"),
    "1.4": a_check("1.4", "service", "assert service.get('/').status == 201"),
}
"""An honest project passes the first step and fails the second."""


GRADING = """
import json, sys
from pathlib import Path
from grader import course
from grader.session import runner
known = course.load(Path(sys.argv[1]))
found = runner.run(known, Path(sys.argv[2]), known.steps)
print(json.dumps([[step.outcome, step.points] for step in found.steps]))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Give a folder with an empty cache, which the kit uses."""
    folder = tmp_path_factory.mktemp("class")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.chdir(folder)
        yield folder
        for project in (folder / "hostile").glob("*"):
            remove(project)


@pytest.fixture(scope="module")
def tiny(place):
    """Give a course of two steps."""
    return course.load(projects.course(place / "course", STEPS))


@pytest.fixture(scope="module")
def honest(place):
    return projects.project(place / "honest").folder


@pytest.fixture(scope="module")
def before(tiny, honest):
    """Return what an honest project gets before anybody else is graded."""
    return graded(tiny, honest)


def graded(tiny, folder):
    """Grade a project, and return what its report says but for times."""
    found = runner.run(tiny, folder, tiny.steps, seed=SEED)
    checks = [dataclasses.replace(check, seconds=0.0) for step in found.steps for check in step.checks]
    return found.faults, [(step.id, step.outcome, step.points) for step in found.steps], checks


@pytest.mark.parametrize("kind", submissions.KINDS)
def test_an_honest_project_is_graded_alike_before_beside_and_after(before, tiny, honest, place, kind, nothing_left):
    bad = projects.project(place / "hostile" / kind.replace(" ", "-"), submissions.server(kind, place / "cache")).folder
    argv = [sys.executable, "-c", GRADING, str(tiny.exercises), str(bad)]

    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as grading:
        beside = graded(tiny, honest)
        told, _ = grading.communicate()
    after = graded(tiny, honest)

    assert [outcome for _, outcome, _ in before[1]] == [Outcome.PASS, Outcome.FAIL]
    assert beside == before
    assert after == before
    assert all(points == 0 and outcome in ("fail", "error", "skip") for outcome, points in json.loads(told))
    assert nothing_left() == set()


def test_of_ten_projects_nine_are_graded_as_ever_and_one_row_says_why(tiny, place, tmp_path, nothing_left):
    folders = [projects.project(tmp_path / "class" / f"honest-{number}").folder for number in range(9)]
    server = submissions.server("ends the checks", place / "cache")
    folders.insert(3, projects.project(tmp_path / "class" / "hostile", server).folder)

    grade_several(folders, Request(tiny, tuple(tiny.steps), "none", SEED, tmp_path / "out", verbose=False))

    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["project"]: row for row in csv.DictReader(file)}
    bad = rows.pop("hostile")
    changing = ("project", "path", "time")
    assert len({tuple(value for name, value in row.items() if name not in changing) for row in rows.values()}) == 1
    assert {row["points"] for row in rows.values()} == {"10"}
    assert len(rows) == 9
    assert bad["result"] == "error"
    assert "ended early" in bad["why"]
    assert json.loads((tmp_path / "out" / "honest-8.json").read_text())["faults"] == []
