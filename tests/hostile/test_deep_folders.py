"""Folders inside each other, thousands deep, and links in loops: the project is graded, and nothing ends the class."""

import os
import shutil

import pytest

from grader.project import working_copy
from grader.project.states import States
from grader.report import document
from grader.system import trees
from grader.system.kept import Kept
from grader.system.removal import remove

DEEP = 3000


def dig(folder):
    """Make folders inside each other, deeper than any path can say."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


@pytest.fixture
def deep(tmp_path):
    folder = tmp_path / "project"
    (folder / "server").mkdir(parents=True)
    (folder / "service.toml").write_text("")
    (folder / "server" / "app.py").write_text("")
    (folder / "server" / "loop").symlink_to(folder)
    dig(folder)
    yield folder
    assert remove(folder) is None


def test_the_digest_of_a_project_has_an_end(deep):
    assert document.digest(deep).startswith("sha256:")


def test_the_files_are_found_and_no_link_is_followed(deep):
    found = trees.files(deep, {"__pycache__"})

    assert {str(path.relative_to(deep)) for path in found} == {"service.toml", "server/app.py", "server/loop"}


def test_the_copy_of_a_project_leaves_out_what_is_too_deep(deep, tmp_path):
    copy = working_copy.copy(deep, tmp_path / "copy")

    assert (copy / "server" / "app.py").is_file()
    assert (copy / "server" / "loop").is_symlink()
    deepest = copy
    while (deepest / "d").is_dir():
        deepest /= "d"
    assert 0 < len(deepest.relative_to(copy).parts) <= trees.DEEPEST
    shutil.rmtree(copy)


def test_the_state_of_a_deep_project_is_kept(deep):
    assert States(deep).record(["1.1"]) == ""

    found = States(deep).of_step("1.1")
    assert found is not None
    assert set(found.files) == {"service.toml", "server/app.py"}


def test_deep_folders_are_measured_before_they_are_kept(deep, tmp_path, monkeypatch):
    kept = Kept(tmp_path / "kept")
    monkeypatch.setattr("grader.system.kept.LARGEST", 0)
    with kept.locked():
        kept.keep(deep)

    assert kept.size() == 0
