"""Copies of projects in which `setup` may run."""

import os

import pytest

from grader.project import working_copy
from grader.project.git import GitRepository
from tests.repository import commit, git, repository

IGNORED = ".venv/\nnode_modules/\ntarget/\n_build/\nvendor/\n*.db\n"
INSTALLED = (".venv", "node_modules", "target", "_build", "vendor")


@pytest.fixture
def project(tmp_path):
    """Give a project with installed things, source in folders of such names, and a change that isn't committed."""
    made = repository(tmp_path / "project", **{".gitignore": IGNORED, "app.py": "1", "bin/start": "1", "sub/x": "1"})
    for name in INSTALLED:
        (made / name / "deep").mkdir(parents=True)
        (made / name / "deep" / "x").touch()
    (made / "app.py").write_text("2")
    (made / "build").mkdir()
    (made / "build" / "own.py").touch()
    (made / "app.db").touch()
    return made


def names(place):
    return {str(path.relative_to(place)) for path in place.rglob("*") if ".git" not in path.parts and path.is_file()}


def test_a_copy_has_all_but_what_was_installed(project, tmp_path):
    place = working_copy.copy(project, tmp_path / "copy")

    assert names(place) == {".gitignore", "app.py", "bin/start", "sub/x", "build/own.py", "app.db"}
    assert (place / "app.py").read_text() == "2"
    assert git(place, "rev-parse", "HEAD") == git(project, "rev-parse", "HEAD")
    assert GitRepository(place).changes() == GitRepository(project).changes() == ["app.py", "build/own.py"]
    assert (project / "target" / "deep" / "x").exists()


def test_a_tracked_folder_of_such_a_name_is_kept(project, tmp_path):
    commit(project, {"vendor/own/code": "1"})

    assert "vendor/own/code" in names(working_copy.copy(project, tmp_path / "copy"))


def test_a_folder_inside_a_repository_keeps_its_history(tmp_path):
    top = repository(tmp_path / "top", **{"mine/app.py": "1", "other/x": "1"})
    git(top, "tag", "step-2.5")
    (top / "mine" / "app.py").write_text("2")

    place = working_copy.copy(top / "mine", tmp_path / "copy")

    assert names(tmp_path / "copy") == {"mine/app.py"}
    assert (place / "app.py").read_text() == "2"
    assert len(GitRepository(place).commits()) == 1
    assert GitRepository(place).tracked(named="app.py") == ("app.py",)
    assert GitRepository(place).state("step-2.5", tmp_path / "state") != ""


def test_a_folder_without_a_repository_keeps_what_may_be_source(tmp_path):
    for name in ("bin/start", "vendor/x", ".venv/y"):
        (tmp_path / "project" / name).parent.mkdir(parents=True)
        (tmp_path / "project" / name).touch()
    os.mkfifo(tmp_path / "project" / "pipe")

    assert names(working_copy.copy(tmp_path / "project", tmp_path / "copy")) == {"bin/start", "vendor/x"}
