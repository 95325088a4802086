"""The solution of a step: every step has one with reasons, and each place that it names is there."""

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
