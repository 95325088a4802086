"""What the plugin begins before anybody asks for it."""

from types import SimpleNamespace

import pytest

from grader.course import Step
from grader.migration.starting_data import FRESH, GROWN
from grader.session.plugin import Course


def step(number, needs=()):
    return Step(f"1.{number}", "01", "Step", tuple(needs), bonus=False, hints=("One.", "Two."), slow=False)


def item(step, *fixtures, starting_data=None, repeated=None):
    marks = {"check": SimpleNamespace(args=[step]), "repeated": repeated and SimpleNamespace(args=[repeated])}
    params = {"callspec": SimpleNamespace(params={"starting_data": starting_data})} if starting_data else {}
    return SimpleNamespace(fixturenames=fixtures, get_closest_marker=marks.get, session=SimpleNamespace(), **params)


@pytest.fixture
def begun():
    """Tell what is begun when a check comes up: `begun(items, 0)`; names of steps are `known` or `broken` by then."""

    def run(items, at, *, known=(), broken=(), needs=None):
        found = []
        steps = [step(number, (needs or {}).get(f"1.{number}", ())) for number in range(1, 7)]
        course = Course(
            steps,
            "the harness",
            lambda *_: None,
            stop=False,
            known=known,
            ahead={"spaced_chat": lambda harness, starting_data: found.append((harness, starting_data))},
        )
        course._broken |= set(broken)
        for one in items:
            one.session.items = items
        course._look_ahead(items[at])
        return found

    return run


def test_what_takes_long_is_begun_two_steps_before(begun):
    items = [item("1.1"), item("1.2"), item("1.3"), item("1.4", "spaced_chat")]

    assert begun(items, 0) == []
    assert begun(items, 1) == [("the harness", FRESH)]
    assert begun(items, 3) == [("the harness", FRESH)]


def test_it_is_begun_on_the_ground_that_is_asked_for(begun):
    items = [item("1.1"), item("1.2", "spaced_chat", starting_data=GROWN, repeated="1.3")]

    assert begun(items, 0) == [("the harness", GROWN)]


def test_what_will_not_be_asked_is_not_begun(begun):
    items = [item("1.1"), item("1.2", "spaced_chat")]

    assert begun(items, 0, known={"1.2"}) == []
    assert begun(items, 0, broken={"1.1"}, needs={"1.2": ["1.1"]}) == []
    assert begun(items, 1) != []
