"""How far a class is: the number of the project, and how long the others may take."""

from grader.report.estimate import Estimate
from tests.real_course import COURSE


def test_it_counts_projects_and_guesses_before_the_first_is_graded():
    estimate = Estimate(3, [step for step in COURSE.steps if not step.needs_load][:40], "quick")
    assert estimate.announced == "3 projects, one after the other: about 3 minutes."
    assert estimate.position == "1 of 3, about 3 minutes"

    assert estimate.ended(graded=False) == "1 of 3, about 2 minutes left"
    assert estimate.position == "2 of 3, about 2 minutes"
    assert estimate.ended(graded=True) == "2 of 3, about a minute left"
    assert estimate.ended(graded=True) == "3 of 3"


def test_steps_under_load_take_longer_unless_the_run_is_without():
    steps = [step for step in COURSE.steps if step.stage == "04"]
    said = [Estimate(3, steps, load).announced for load in ("none", "quick", "full")]

    assert said == [
        f"3 projects, one after the other: about {time}." for time in ("a minute", "6 minutes", "26 minutes")
    ]
