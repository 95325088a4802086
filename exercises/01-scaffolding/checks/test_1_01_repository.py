"""Step 1.1: a repository with a first commit, and nothing in it that others must not get."""

import pytest

from grader.check import SQLITE_HEADER, check


@check("1.1", clause="stage 1")
def test_there_is_a_commit(repository):
    """The project is a git repository with at least one commit."""
    assert repository.commits() != ()


@check("1.1", clause="stage 1")
def test_no_database_is_tracked(repository):
    """Git tracks no database file: it is a product, not a source."""
    assert repository.tracked(beginning=SQLITE_HEADER) == ()


@pytest.mark.parametrize("name", [".env", "pyvenv.cfg", "__pycache__"])
@check("1.1", clause="stage 1")
def test_nothing_private_or_generated_is_tracked(repository, name):
    """Git tracks no secrets, no virtual environment and no cache."""
    assert repository.tracked(named=name) == ()
