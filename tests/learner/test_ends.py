"""The ends of stages and of the course: when they are reached, and what the screen says then."""

import io

import pytest
from rich.console import Console

from grader.learner import ends, scaffold
from grader.report import terminal_course
from grader.results.results import Outcome, RunResult, StageResult, StepResult
from tests.real_course import COURSE

FIRST, SECOND, *_ = COURSE.stages
LAST = COURSE.stages[-1]


def report(stages, *, without=()):
    steps = [
        {"id": step.id, "outcome": "fail" if step.id in without else "pass", "checks": []}
        for stage in stages
        for step in stage.steps
    ]
    return {"stages": [{"id": "01", "steps": steps}]} if steps else {}


def ran(*words):
    steps = tuple(
        StepResult(step.id, step.title, step.bonus, Outcome.PASS, None, None, 10, 10)
        for step in map(COURSE.find_step, words)
    )
    return RunResult(tuple(StageResult(step.id[0].zfill(2), "Stage", (step,)) for step in steps), seed=1)


@pytest.fixture
def chat(tmp_path):
    scaffold.start(FIRST, tmp_path / "my chat")
    return tmp_path / "my chat"


def end(chat, found, before, now):
    return ends.reached(COURSE, chat, found, before, now)


def test_the_last_step_of_a_stage_leads_to_the_next_stage(chat):
    found = end(chat, ran("1.8"), report([FIRST], without=["1.8"]), report([FIRST]))

    assert (found.stage, found.following, found.points) == (FIRST, SECOND, 100)
    assert found.lines == [("kit next", f"add the new files of stage 02, {SECOND.title}")]


def test_in_the_middle_of_a_stage_there_is_no_end(chat):
    assert end(chat, ran("1.8"), {}, report([FIRST], without=["1.9"])) is None


def test_until_the_new_files_are_there_it_is_said_again_and_after_that_no_more(chat):
    done = report([FIRST])
    assert end(chat, ran("1.8"), done, done) is not None
    scaffold.advance(COURSE, chat)

    assert end(chat, ran("1.8"), done, done) is None
    assert end(chat, ran("1.8"), report([FIRST], without=["1.8"]), done).lines[0][0] == "kit check 2.1"


def test_a_learner_in_the_next_stage_is_told_nothing_of_the_last(chat):
    later = report([FIRST, SECOND], without=[step.id for step in SECOND.steps[1:]])

    assert end(chat, ran("1.8"), report([FIRST], without=["1.8"]), later) is None


def test_bonus_steps_hold_nobody_back_and_are_named(chat):
    found = end(chat, ran("2.10"), {}, report([FIRST, SECOND], without=["2.11", "2.12"]))

    assert (found.stage, found.bonus_left, found.bonus_points, found.max_bonus) == (SECOND, ("2.11", "2.12"), 0, 10)


def test_the_end_of_the_course_counts_all_stages(chat):
    found = end(chat, ran("4.10"), {}, report(COURSE.stages, without=["3.9"]))

    assert (found.following, found.points, found.bonus_points, found.max_bonus) == (None, 390, 25, 30)
    assert [command for command, _ in found.lines] == ["kit serve", "kit grade ."]


def test_the_last_stage_alone_is_not_the_end_of_the_course(chat):
    assert end(chat, ran("4.10"), {}, report(COURSE.stages, without=["1.4"])) is None


def test_the_end_of_the_course_says_what_was_built_and_what_is_left():
    page = io.StringIO()
    terminal_course.show_end_of_course(COURSE.stages, (390, 25, 30), ["3.9"], Console(file=page, width=80))

    said = " ".join(page.getvalue().split())
    assert all(stage.built and stage.built in said for stage in COURSE.stages)
    assert "390 of 390 points, and 25 of 30 bonus points; left for whoever wants more: 3.9." in said
