"""Fixtures that the kit begins before a check asks for them."""

from types import SimpleNamespace

import pytest

from grader.errors import Failed, ProjectError
from grader.fixtures import chat, client, scripted_chat, webhooks
from grader.harness import prefetch
from grader.harness.prefetch import FRESH, GROWN, Asking
from tests.real_course import COURSE

MODULES = (client, chat, scripted_chat, webhooks)
ASKING = Asking("2.8", "2.8", FRESH)


class Things:
    """Keeps the names of the results that were begun."""

    def __init__(self):
        self.begun = []

    def begin(self, name, _make):
        self.begun.append(name)


class Broken:
    """A harness whose project can't be used."""

    course = COURSE

    def __init__(self):
        self.shared = Things()

    @property
    def project(self):
        raise ProjectError("There is no service.toml.")


def a_harness(*, has_new_databases=True):
    project = SimpleNamespace(has_new_databases=has_new_databases)
    return SimpleNamespace(project=project, shared=Things(), course=COURSE, resources=None)


def fixtures():
    return {name for module in MODULES for name, value in vars(module).items() if is_fixture(value)}


def is_fixture(value):
    return type(value).__name__ == "FixtureFunctionDefinition"


def test_everything_that_is_begun_early_is_a_fixture():
    assert set(prefetch.WITH_THE_RUN) | set(prefetch.STEPS_AHEAD) <= fixtures()
    assert set(prefetch.WITH_THE_RUN).isdisjoint(prefetch.STEPS_AHEAD)


@pytest.mark.parametrize("name", prefetch.STEPS_AHEAD)
def test_it_is_begun_ahead_where_it_has_a_database_of_its_own(name):
    alone, together = a_harness(), a_harness(has_new_databases=False)

    for harness in (alone, together):
        prefetch.begin_ahead(harness, ASKING, ["client", name])

    assert len(alone.shared.begun) == 1
    assert together.shared.begun == []


@pytest.mark.parametrize("name", prefetch.STEPS_AHEAD)
def test_where_there_is_no_project_nothing_is_begun(name):
    broken = Broken()
    prefetch.begin_ahead(broken, ASKING, [name])

    assert broken.shared.begun == []


@pytest.mark.parametrize("name", ["spaced_chat", "sent_while_locked"])
def test_it_is_begun_on_the_data_that_is_asked_for(name):
    harness = a_harness()
    for data in (FRESH, GROWN):
        prefetch.begin_ahead(harness, ASKING._replace(starting_data=data), [name])

    assert [one.partition(" ")[2] for one in harness.shared.begun] == [FRESH, GROWN]


@pytest.mark.parametrize("name", prefetch.WITH_THE_RUN)
def test_what_waits_long_is_begun_with_the_run_and_nothing_else_is(name):
    harness = a_harness()
    prefetch.begin_with_the_run(harness, ASKING, ["client", name])

    assert len(harness.shared.begun) == 1
    assert prefetch.waits_long(["client", name])
    assert not prefetch.waits_long(["client", *prefetch.STEPS_AHEAD])


def test_what_cannot_be_begun_is_told_to_the_check(monkeypatch):
    def fail(*_):
        raise Failed("no client", expected="one")

    monkeypatch.setitem(prefetch.WITH_THE_RUN, "unanswered_ping", fail)

    prefetch.begin_with_the_run(a_harness(), ASKING, ["unanswered_ping"])
