"""The solution of a step: every step has one with reasons, and each place that it names is there."""

import ast
import tomllib

import pytest

from grader.learner import solution
from tests.command import kit
from tests.real_course import COURSE

TABLE = tomllib.loads((COURSE.stages[0].solutions / solution.TABLE).read_text())
OWN_WORK = {"4.11"}


@pytest.fixture
def chat(tmp_path):
    assert kit("start", "chat", cwd=tmp_path).status == 0
    return tmp_path / "chat"


def test_the_table_has_every_step_and_no_other():
    assert list(TABLE) == [step.id for step in COURSE.steps]


@pytest.mark.parametrize("step", COURSE.steps, ids=lambda step: step.id)
def test_every_step_has_reasons_and_places_that_exist(step):
    found = solution.of_step(COURSE, step)

    assert 40 <= len(found.why) <= 400
    assert found.why.endswith(".")
    assert found.changes
    assert all(change.lines for change in found.changes)
    assert "TODO" not in "".join(line for change in found.changes for line in change.lines if line.startswith("+"))


@pytest.mark.parametrize("stage", COURSE.stages, ids=lambda stage: stage.id)
def test_what_a_stage_changes_in_its_programs_belongs_to_a_step(stage):
    """Not every line, but every module: a place that no step names would never be shown."""
    named = {place.partition(":")[0] for step in stage.steps for place in TABLE[step.id]["where"]}
    written = [
        path.relative_to(stage.solution).as_posix()
        for path in stage.solution.glob("*/*.py")
        if path.parent.name in ("server", "client") and _is_changed(stage, path)
    ]

    assert [name for name in written if name not in named] == []


def _is_changed(stage, path):
    before = next(
        (
            found
            for layer in reversed(stage.starter_layers)
            if (found := layer / path.relative_to(stage.solution)).exists()
        ),
        None,
    )
    return before is None or before.read_text() != path.read_text()


def test_a_change_has_the_line_numbers_of_the_whole_file():
    (change,) = [
        one for one in solution.of_step(COURSE, COURSE.find_step("1.7")).changes if one.place.endswith(":home")
    ]
    text = (COURSE.stages[0].solution / "server" / "home.py").read_text().splitlines()

    begin = int(change.lines[0].split("+")[1].split(",")[0])
    assert [line[1:] for line in change.lines[1:] if line[0] in " +"] == text[begin - 1 :][
        : sum(line[0] in " +" for line in change.lines[1:])
    ]


def imported(text):
    """Return the names that the imports of a module bind."""
    return {
        (one.asname or one.name).partition(".")[0]
        for node in ast.parse(text).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for one in node.names
    }


@pytest.mark.parametrize("step", COURSE.steps, ids=lambda step: step.id)
def test_what_a_change_needs_is_imported_in_what_is_shown_or_by_the_starter(step):
    stage = COURSE.stage_of(step)
    shown = {change.place: change.lines for change in solution.of_step(COURSE, step).changes}
    for place in shown:
        module, _, part = place.partition(":")
        if part and module.endswith(".py"):
            before, after = solution._both(stage, module)
            _, lines = solution._part(after, module, part) or (0, [])
            used = {node.id for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, ast.Name)}
            added = [line[1:] for line in shown.get(module + solution.IMPORTS, ()) if line.startswith("+")]
            assert used & imported(after) <= imported(before) | imported("\n".join(added)), place


def test_only_the_imports_that_a_step_needs_are_shown():
    changes = {one.place: one.lines for one in solution.of_step(COURSE, COURSE.find_step("1.4")).changes}
    assert changes["server/__init__.py, imports"] == (
        "@@ -3,3 +3,6 @@",
        "+import json",
        "+",
        " from flask import Flask",
        "+from werkzeug.exceptions import HTTPException",
        " ",
        " from . import db, home",
    )
    shown = [one.place for one in solution.of_step(COURSE, COURSE.find_step("4.5")).changes]
    assert shown.index("server/app.py, imports") + 1 == shown.index("server/app.py:FastJSON")
    assert "admission" not in solution.of_step(COURSE, COURSE.find_step("4.5")).text


def test_the_imports_stand_in_what_a_learner_reads(chat):
    shown = kit("solution", "1.4", "--anyway", cwd=chat).stdout

    assert shown.index("+import json") < shown.index("server/__init__.py:create_app")
    assert "+from werkzeug.exceptions import HTTPException" in shown


def test_a_step_that_has_not_passed_keeps_its_solution(chat):
    done = kit("solution", "1.4", cwd=chat)

    assert (done.status, done.stdout) == (2, "")
    assert "Step 1.4 hasn't passed yet." in done.text
    assert "kit solution 1.4 --anyway" in done.text


def test_a_step_that_has_passed_shows_the_reference_and_not_the_learners_code(chat):
    (chat / "server" / "home.py").write_text((chat / "server" / "home.py").read_text() + "# my own line\n")
    assert kit("check", "1.3", cwd=chat).status == 0

    shown = kit("solution", cwd=chat)

    assert shown.status == 0
    assert "1.3 An answer at /" in shown.text
    assert "server/home.py:home" in shown.stdout
    assert "my own line" not in shown.stdout


def test_where_nothing_has_passed_a_step_must_be_named(chat):
    assert "No step has passed yet." in kit("solution", cwd=chat).text
    assert "-@bp.get" in kit("solution", "1.4", "--anyway", cwd=chat).stdout
