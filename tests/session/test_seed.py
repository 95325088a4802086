"""A seed gives a check the same random values in each run, whatever ran before it and whichever thread draws them."""

import re

import pytest

from grader.results.results import Outcome
from grader.session import runner
from tests.real_course import COURSE

NOTED = """
    app.before_request(note)
    return app


def note():
    with open("noted", "a") as file:
        file.write(json.dumps(request.get_json(silent=True)) + "\\n")
"""
STEPS = ("2.2", "2.8", "2.11")
"""Steps whose checks draw for themselves, share what is made in the background, and send from several threads."""
DRAWN = re.compile(r"[a-z]+-[a-z]+-\d{4}")


@pytest.fixture
def texts(as_a_project):
    """Run some steps of stage 2 on the solution, and return the random texts that the checks sent to the server."""
    project = as_a_project(COURSE.find_stage("2").solution)
    file = project / "server" / "__init__.py"
    text = file.read_text().replace("from flask import Flask", "from flask import Flask, request")
    file.write_text(text.replace("\n    return app\n", NOTED, 1))

    def run(steps, seed):
        (project / "noted").unlink(missing_ok=True)
        found = runner.run(COURSE, project, [COURSE.find_step(one) for one in steps], seed=seed)
        assert {step.outcome for step in found.steps} == {Outcome.PASS}
        return set(DRAWN.findall((project / "noted").read_text()))

    return run


@pytest.mark.timeout(420)
def test_two_orders_and_a_part_of_the_steps_draw_the_same(texts):
    forwards, backwards = texts(STEPS, 7), texts(STEPS[::-1], 7)
    last, other = texts(STEPS[-1:], 7), texts(STEPS[-1:], 8)

    assert len(forwards) > 50
    assert forwards == backwards
    assert len(last) > 5
    assert last <= forwards
    assert not last & other
