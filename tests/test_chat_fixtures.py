"""What is begun in the background, before a check asks for it."""

from types import SimpleNamespace

import pytest

from grader.chat_fixtures import AHEAD
from grader.errors import ProjectError


class Things:
    """What was begun, by name."""

    def __init__(self):
        self.begun = []

    def begin(self, name, _make):
        self.begun.append(name)


class Broken:
    """A bench whose project can't be used."""

    made = Things()

    @property
    def project(self):
        raise ProjectError("There is no service.toml.")


def a_bench(*, has_new_databases):
    return SimpleNamespace(project=SimpleNamespace(has_new_databases=has_new_databases), made=Things())


@pytest.mark.parametrize("name", AHEAD)
def test_it_is_begun_where_it_has_a_database_of_its_own(name):
    alone, together = a_bench(has_new_databases=True), a_bench(has_new_databases=False)

    for bench in (alone, together):
        AHEAD[name](bench, "fresh")

    assert len(alone.made.begun) == 1
    assert together.made.begun == []


@pytest.mark.parametrize("name", AHEAD)
def test_where_there_is_no_project_nothing_is_begun(name):
    AHEAD[name](Broken(), "fresh")

    assert Broken.made.begun == []
