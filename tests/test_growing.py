"""One project that grows through the stages, as a learner's does: tags mark what it was before."""

import shutil

from grader.results.results import Outcome
from grader.session import runner
from tests.real_course import COURSE
from tests.repository import git


def test_a_project_that_was_tagged_at_the_end_of_stage_2_passes_the_next_step(as_a_project):
    """Its old messages have times of today, unlike those of the state that solutions carry along."""
    second, third = (stage.solution for stage in COURSE.stages[1:3])
    folder = as_a_project(second)
    git(folder, "tag", "step-2.10")
    shutil.copytree(third, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".kit"))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Pass stage 3")

    findings = runner.run(COURSE, folder, [COURSE.find_step("3.1")])  # that the rest passes is known of the solution

    results = [step for stage in findings.stages for step in stage.steps]
    assert {step.id: step.problem for step in results if step.outcome is not Outcome.PASS} == {}
    assert [step.note for step in results if step.id == "3.1"] == [None]
