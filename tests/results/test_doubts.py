"""What is undecided: what, why, and what to type."""

import pytest

from grader.results.doubts import doubts, load_outcome, reruns, status_of
from grader.results.results import CheckResult, ExitStatus, Outcome, RunResult
from grader.results.scoring import judge
from tests.real_course import COURSE

STAGE = COURSE.stages[0]
STEPS = STAGE.steps[:2]


def result(outcome: Outcome = Outcome.PASS, actual: str = "", because: str | None = None, **more: object) -> RunResult:
    checks = [
        CheckResult(step=STEPS[0].id, id="test_it", sentence="It is.", outcome=outcome, clause="K1", actual=actual),
        CheckResult(step=STEPS[1].id, id="test_it", sentence="It is.", outcome=Outcome.PASS, clause="K1"),
    ]
    checks[0] = CheckResult(**{**checks[0].__dict__, "because": because})
    return RunResult(judge([(STAGE, STEPS)], checks), seed=1, **more)


@pytest.mark.parametrize(
    ("found", "sentences", "status"),
    [
        (result(), [], ExitStatus.PASSED),
        (result(Outcome.FAIL, "404"), [], ExitStatus.FAILED),
        (
            result(Outcome.UNCLEAR, "noise", "noise"),
            ["1.1 unclear: noise. Type: kit check 1.1 --project ann"],
            ExitStatus.UNDECIDED,
        ),
        (
            result(Outcome.NOT_CHECKED, "git is not installed.", "machine"),
            ["1.1 not checked: git is not installed. Type: kit doctor"],
            ExitStatus.UNDECIDED,
        ),
        (
            result(Outcome.NOT_CHECKED, "No url.", "project"),
            ["1.1 not checked: No url. Type: kit check 1.1 --project ann"],
            ExitStatus.UNDECIDED,
        ),
        (
            result(Outcome.ERROR, "KeyError: 'x'"),
            ["1.1 error: KeyError: 'x'. Type: kit check 1.1 --project ann"],
            ExitStatus.FAULT,
        ),
        (
            result(load_note="Locust is not there"),
            ["Load not measured, the points stand: Locust is not there."],
            ExitStatus.UNDECIDED,
        ),
        (
            result(faults=("The process of the checks ended early.\nmore",)),
            ["A fault of the kit's own: The process of the checks ended early."],
            ExitStatus.FAULT,
        ),
    ],
)
def test_whatever_is_undecided_says_why_and_what_to_type(found, sentences, status):
    assert [doubt.sentence for doubt in doubts(found, "ann")] == sentences
    assert status_of(found) is status


def test_steps_that_need_load_are_named_together_with_the_line_that_settles_them():
    checks = [
        CheckResult(step.id, "test_it", "It is.", Outcome.NOT_CHECKED, "K1", actual="It needs load.", because="load")
        for step in STEPS
    ]
    found = RunResult(judge([(STAGE, STEPS)], checks), seed=1)

    reason = "1.1, 1.2 not checked: they need load, and this run was without."
    assert [doubt.sentence for doubt in doubts(found, "ann")] == [f"{reason} Type: kit grade ann --load quick"]
    assert [doubt.command for doubt in doubts(found)] == ["kit grade . --load quick"]


def test_one_step_that_needs_load_is_named_in_the_singular():
    (doubt,) = doubts(result(Outcome.NOT_CHECKED, "It needs load.", "load"))

    assert doubt.reason == "1.1 not checked: it needs load, and this run was without."


@pytest.mark.parametrize(
    ("found", "commands"),
    [
        (result(), []),
        (result(Outcome.FAIL), []),
        (result(Outcome.UNCLEAR, "noise", "noise"), ["kit check 1.1 --project ann"]),
        (result(Outcome.ERROR), ["kit check 1.1 --project ann"]),
        (result(Outcome.NOT_CHECKED, "No tag.", "project"), ["kit check 1.1 --project ann"]),
        (result(Outcome.NOT_CHECKED, "No git.", "machine"), ["kit doctor"]),
        (result(Outcome.NOT_CHECKED, "It needs load.", "load"), []),
        (result(load_note="No Locust."), []),
    ],
)
def test_only_what_points_hang_on_is_to_be_run_again(found, commands):
    assert reruns(found, "ann") == commands


def test_in_the_current_folder_the_line_is_short():
    assert [doubt.command for doubt in doubts(result(Outcome.UNCLEAR, "noise", "noise"))] == ["kit check 1.1"]


def test_the_load_is_measured_or_not_or_was_not_asked_for():
    assert load_outcome(result()) == ""
    assert load_outcome(result(load_note="No Locust.")) == "not measured"
    assert load_outcome(result(load=({"outcome": Outcome.FAIL},))) == "fail"
