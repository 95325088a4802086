"""The proof of the checks: every mistake fails its step, and every variant passes everything.

That no other step of a mistake fails is for `make matrix` to say.
"""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from grader.report import terminal
from grader.results.results import RunResult
from tests import golden, matrix
from tests.cases import Case

CASES = [case for case in matrix.all_cases() if matrix.is_quick(case)]
LONG = 420
SEED = 2026
"""What is drawn at random is the same in every run here, so that what learners read can be recorded."""


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.mark.timeout(LONG)
def test_a_mistake_fails_its_step_and_a_variant_passes_everything(case, record_property, recorded):
    if case.missing:
        pytest.skip(f"needs {', '.join(case.missing)}, which this machine doesn't have")

    verdict, findings = matrix.judge(case, matrix.steps_to_test(case), SEED, stop=case.step is not None)
    record_property("case_seconds", verdict.seconds)

    assert verdict.complaints == ()
    if case.step is not None and not case.varies:
        recorded(case.said, said(findings, case))


def said(findings: RunResult, case: Case) -> str:
    """Draw what a learner reads about the step that the case breaks, without what differs from run to run."""
    step = next(step for stage in findings.stages for step in stage.steps if step.id == case.step)
    assert step.problem is not None
    texts = ("sentence", "before", "request", "expected", "actual")
    same = {name: golden.normalised(getattr(step.problem, name)) for name in texts}
    page = io.StringIO()
    terminal.show_problem(replace(step.problem, **same, log=""), Console(file=page, width=100, highlight=False))
    return re.sub(r"(?m)[ \t]+$", "", page.getvalue())
