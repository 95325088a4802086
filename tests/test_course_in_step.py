"""The course is in step: starters run and fail, solutions pass, every step has its texts and its checks."""

import filecmp
import re

import pytest

from grader.course import EXERCISES, ROOT
from grader.results.results import Outcome
from grader.session import runner
from tests.real_course import COURSE

FIRST_FAILING = {"01": "1.4", "02": "2.1", "03": "3.1"}
ANNOUNCED = re.compile(r"`([\w./-]+)`")
LONG = 420
"""Seconds for a run through all stages, which takes a tenth of it where nothing else runs."""


def every_stage():
    return pytest.mark.parametrize("stage", COURSE.stages, ids=lambda stage: stage.folder.name)


@pytest.mark.timeout(LONG)
@every_stage()
def test_the_solution_passes_everything(stage, as_a_project):
    project = as_a_project(ROOT / "solutions" / stage.folder.name)

    findings = runner.run(COURSE, project, [step for step in COURSE.steps if step.stage <= stage.id])

    not_passed = {
        step.id: step.problem for one in findings.stages for step in one.steps if step.outcome is not Outcome.PASS
    }
    assert not_passed == {}


@pytest.mark.timeout(LONG)
@every_stage()
def test_the_starter_fails_from_its_first_own_step_on_without_an_error(stage, as_a_project):
    findings = runner.run(
        COURSE, as_a_project(stage.starter), [step for step in COURSE.steps if step.stage <= stage.id]
    )

    outcomes = {step.id: step.outcome for one in findings.stages for step in one.steps}
    passed = [step for step, outcome in outcomes.items() if outcome is Outcome.PASS]
    known = list(outcomes)
    assert passed == known[: known.index(FIRST_FAILING[stage.id])]
    assert set(outcomes.values()) <= {Outcome.PASS, Outcome.FAIL, Outcome.SKIP}


@every_stage()
def test_the_starter_shows_where_to_write(stage):
    text = "".join(path.read_text() for path in stage.starter.rglob("*") if path.suffix in {".py", ".toml"})

    assert "TODO" in text


@every_stage()
def test_starter_and_solution_have_the_same_files(stage):
    def files(folder):
        return {
            path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
        }

    solution = ROOT / "solutions" / stage.folder.name
    assert files(stage.starter) <= files(solution)
    _, different, _ = filecmp.cmpfiles(
        stage.starter, solution, [str(path) for path in files(stage.starter)], shallow=False
    )
    assert different, "a starter that differs in nothing leaves nothing to do"


@pytest.mark.parametrize("step", COURSE.steps, ids=lambda step: step.id)
def test_a_step_has_its_texts(step):
    stage = COURSE.stage_of(step)
    brief = (stage.folder / "README.md").read_text()

    assert 2 <= len(step.hints) <= 4
    assert all(hint.endswith((".", "?", "!")) for hint in step.hints)
    assert len(step.title) <= 45
    assert re.search(rf"^#+ .*\b{re.escape(step.id)}\b", brief, re.MULTILINE), "the brief has a heading for each step"
    assert step.title in brief.replace("`", "")
    assert step.title in (EXERCISES / "README.md").read_text().replace("`", "")
    assert all(need in {one.id for one in COURSE.steps} for need in step.needs)
    assert stage.check_file(step).exists()


def test_stages_and_steps_are_numbered_without_gaps():
    for number, stage in enumerate(COURSE.stages, 1):
        assert stage.id == f"{number:02}"
        assert [step.id for step in stage.steps] == [f"{number}.{minor}" for minor in range(1, len(stage.steps) + 1)]


def test_points_of_the_stages():
    worth = {stage.id: 10 * sum(not step.bonus for step in stage.steps) for stage in COURSE.stages}

    assert worth == {key: value for key, value in {"01": 100, "02": 100, "03": 90, "04": 100}.items() if key in worth}


def test_every_clause_that_a_check_cites_is_in_the_learners_contract():
    contract = (EXERCISES / "CONTRACT.md").read_text()
    cited = {
        clause for step in COURSE.steps for clause in re.findall(r'clause="(.+?)"', COURSE.check_file(step).read_text())
    }

    assert {clause for clause in cited if clause.startswith("K") and not re.search(rf"\b{clause}\b", contract)} == set()
