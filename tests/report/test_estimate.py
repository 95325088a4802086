"""How far a class is: the number of the project, and how long the others may take."""

from grader.report.estimate import Estimate
from tests.real_course import COURSE


def test_it_counts_projects_and_guesses_before_the_first_is_graded():
    estimate = Estimate(3, COURSE.stages[0].steps * 4, "quick")
    assert estimate.announced == "3 projects, one after the other: about 3 minutes."
    assert estimate.position == "1 of 3, about 3 minutes"

    assert estimate.ended(graded=False) == "1 of 3, about 2 minutes left"
    assert estimate.position == "2 of 3, about 2 minutes"
    assert estimate.ended(graded=True) == "2 of 3, about a minute left"
    assert estimate.ended(graded=True) == "3 of 3"


def test_steps_under_load_take_longer_unless_the_run_is_without():
    steps = [step for step in COURSE.steps if step.stage == "04"]
    said = [Estimate(3, steps, load).position for load in ("none", "quick", "full")]

    assert said == ["1 of 3, about a minute", "1 of 3, about 6 minutes", "1 of 3, about 26 minutes"]


def test_the_load_of_a_chat_takes_longer_than_that_of_a_front_page():
    front_page, chat = COURSE.stages[0].steps, COURSE.stages[0].steps + COURSE.stages[1].steps

    assert Estimate(6, front_page, "none").announced.endswith(": about a minute.")
    assert Estimate(6, chat, "quick").announced.endswith(": about 13 minutes (with --load none about 3 minutes).")


def test_one_project_that_ends_at_once_says_little_about_the_others():
    estimate = Estimate(11, COURSE.steps, "quick")
    before = int(estimate.position.split()[-2])
    estimate.ended(graded=True)
    one = int(estimate.position.split()[-2])
    for _ in range(8):
        estimate.ended(graded=True)
    nine = int(estimate.position.split()[-2])

    assert 0.5 * before < one < before
    assert nine < 0.06 * before
