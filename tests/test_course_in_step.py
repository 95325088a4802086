"""The course is in step: starters run and fail, solutions pass, every step has its texts and its checks."""

import filecmp
import re

import pytest

from grader.course import EXERCISES
from grader.learner import scaffold
from grader.results.results import Outcome
from grader.session import runner
from tests.real_course import COURSE, OWN_WORK

FIRST_FAILING = {"01": "1.4", "02": "2.1", "03": "3.1", "04": "4.1"}
SOLVED = COURSE.stages
ANNOUNCED = re.compile(r"`([\w./-]+)`")
LONG = 800
"""Seconds for a run through all stages, which takes a tenth of it where nothing else runs and packages come fast."""


def every_stage():
    return pytest.mark.parametrize("stage", COURSE.stages, ids=lambda stage: stage.folder.name)


def up_to(stage):
    """The steps up to the end of a stage. Those that need load aren't asked here, beside other tests."""
    return [step for step in COURSE.steps if step.stage <= stage.id and not step.needs_load]


def own_of(stage):
    return [step for step in up_to(stage) if step.stage == stage.id]


@pytest.fixture
def starter(tmp_path):
    """Lay out the whole starter of a stage: `starter(stage)`."""

    def lay_out(stage):
        scaffold.lay_out(stage, tmp_path / "starter")
        return tmp_path / "starter"

    return lay_out


@pytest.mark.timeout(LONG)
@pytest.mark.parametrize("stage", SOLVED, ids=lambda stage: stage.folder.name)
def test_the_solution_passes_everything(stage, as_a_project):
    """The newest solution is asked every step; an older one those of its stage."""
    asked = up_to(stage) if stage == SOLVED[-1] else own_of(stage)
    findings = runner.run(COURSE, as_a_project(stage.solution), [step for step in asked if step.id not in OWN_WORK])

    not_passed = {
        step.id: step.problem for one in findings.stages for step in one.steps if step.outcome is not Outcome.PASS
    }
    assert not_passed == {}


@pytest.mark.timeout(LONG)
@every_stage()
def test_the_starter_fails_from_its_first_own_step_on_without_an_error(stage, as_a_project, starter):
    """What no own step needs of earlier stages is left out, as the solution that the starter has of them passes it."""
    asked = [step for step in COURSE.with_needs(own_of(stage)) if not step.needs_load]
    findings = runner.run(COURSE, as_a_project(starter(stage)), asked)

    outcomes = {step.id: step.outcome for one in findings.stages for step in one.steps}
    passed = [step for step, outcome in outcomes.items() if outcome is Outcome.PASS]
    known = [step.id for step in COURSE.steps]
    assert passed == [step.id for step in asked if step.id in known[: known.index(FIRST_FAILING[stage.id])]]
    assert set(outcomes.values()) <= {Outcome.PASS, Outcome.FAIL, Outcome.SKIP}


@every_stage()
def test_the_starter_shows_where_to_write(stage):
    text = "".join(path.read_text() for path in stage.starter.rglob("*") if path.suffix in {".py", ".toml"})

    assert "TODO" in text


@pytest.mark.parametrize("stage", [stage for stage in COURSE.stages if stage.starter_on], ids=lambda stage: stage.id)
def test_what_a_starter_changes_in_a_solution_is_only_added(stage):
    """A starter that goes on from a solution has some of its files with lines of its own between those lines."""
    base, own = stage.starter_layers
    for path in own.rglob("*"):
        before = base / path.relative_to(own)
        if path.is_file() and before.exists():
            lines = iter(path.read_text().splitlines())
            assert [line for line in before.read_text().splitlines() if line not in lines] == [], path


@pytest.mark.parametrize("stage", SOLVED, ids=lambda stage: stage.folder.name)
def test_starter_and_solution_have_the_same_files(stage, starter):
    def files(folder):
        return {
            path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
        }

    begun = starter(stage)
    assert files(begun) <= files(stage.solution)
    _, different, _ = filecmp.cmpfiles(begun, stage.solution, [str(path) for path in files(begun)], shallow=False)
    assert different, "a starter that differs in nothing leaves nothing to do"


@pytest.mark.parametrize("step", COURSE.steps, ids=lambda step: step.id)
def test_a_step_has_its_texts(step):
    stage = COURSE.stage_of(step)
    brief = (stage.folder / "README.md").read_text()

    assert 2 <= len(step.hints) <= 4
    assert all(hint.endswith((".", "?", "!")) for hint in step.hints)
    assert len(step.title) <= 45
    assert len(step.task) <= 70
    assert step.task.endswith(".")
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
