"""Which step is the current one: after a pass, after `next`, at the end of a stage, and in a watch of one step."""

import pytest

from grader.results.results import Outcome
from grader.watch.standing import Standing
from tests import projects
from tests.real_course import COURSE

FIRST = [step.id for step in COURSE.stages[0].steps]


@pytest.fixture
def standing(tmp_path):
    """Make the standing of a project in which these steps have passed, in the kit's own course."""
    folder = projects.project(tmp_path / "project").folder

    def make(*passed, pinned=None):
        made = Standing(COURSE, folder, COURSE.find_step(pinned) if pinned else None)
        made.outcomes = dict.fromkeys(passed, Outcome.PASS)
        made.step = COURSE.find_step(pinned or next((step for step in FIRST if step not in passed), FIRST[-1]))
        return made

    return make


def test_after_a_pass_the_next_open_step_of_the_stage_follows(standing):
    here = standing("1.1", "1.3")
    here.outcomes["1.2"] = Outcome.PASS
    here.advance()

    assert here.step.id == "1.4"


def test_a_step_that_was_left_open_follows_at_the_end_of_the_stage(standing):
    here = standing(*FIRST[:3], *FIRST[4:])
    here.look_at(FIRST[-1])
    here.advance()

    assert here.step.id == "1.4"


def test_a_step_that_does_not_pass_stays(standing):
    here = standing("1.1")
    here.advance()

    assert here.step.id == "1.2"


def test_a_pinned_step_stays_until_it_is_left(standing):
    here = standing(*FIRST[:4], pinned="1.2")
    here.advance()
    assert (here.step.id, here.onward()) == ("1.2", [])

    here.skip()
    assert here.step.id == "1.3"


def test_the_end_of_a_stage_waits_for_a_key_and_then_brings_the_files_of_the_next(standing, tmp_path):
    here = standing(*FIRST)
    here.advance()
    assert (here.step.id, here.is_done) == (FIRST[-1], True)

    said = here.skip()
    assert here.step.id == "2.1"
    assert said.startswith("Stage 02, Data model. New here: DECISIONS.md")
    assert (tmp_path / "project" / "DECISIONS.md").exists()


def test_the_last_open_step_of_a_stage_can_not_be_left(standing):
    here = standing(*FIRST[:-1])

    assert here.skip() == "1.10 is the last open step of stage 01; it comes before the next stage."
    assert here.step.id == "1.10"


def test_only_quick_steps_are_checked_again_in_the_background(standing):
    every = [step.id for step in COURSE.steps]
    here = standing(*every)
    found = here.others()

    assert found
    assert not [step.id for step in found if step.slow or step.needs_load or step.id == here.step.id]
