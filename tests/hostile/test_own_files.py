"""A program that changes the kit's own files: nothing is graded with them."""

import csv
import os
from pathlib import Path

import pytest

from grader import course
from grader.commands import grade
from grader.commands.grade import Request, grade_several
from grader.session.own_files import OwnFiles, _own_folders
from tests import projects
from tests.projects import ANSWERING, a_check


@pytest.fixture
def packages(tmp_path):
    """Give a folder with what the kit might run with."""
    folder = tmp_path / "packages"
    (folder / "flask" / "__pycache__").mkdir(parents=True)
    (folder / "flask" / "app.py").write_text("1")
    (folder / "flask" / "__pycache__" / "app.pyc").write_text("1")
    return folder


def overwritten(path):
    """Change a file, and hide that as well as a program can."""
    before = path.stat()
    path.write_text("2")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "changed": lambda folder: overwritten(folder / "flask" / "app.py"),
    "removed": lambda folder: (folder / "flask" / "app.py").unlink(),
    "added": lambda folder: (folder / "sitecustomize.py").touch(),
    "bytecode": lambda folder: overwritten(folder / "flask" / "__pycache__" / "app.pyc"),
    "a link": lambda folder: (folder / "flask" / "more.py").symlink_to(folder),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(packages, change):
    own = OwnFiles(packages)
    CHANGES[change](packages)

    assert len(own.changed()) == 1


def test_new_bytecode_is_no_change(packages):
    own = OwnFiles(packages)
    (packages / "flask" / "__pycache__" / "new.pyc").touch()

    assert own.changed() == []


def test_the_kits_code_checks_and_packages_are_watched():
    folders = _own_folders()

    for file in (course.__file__, pytest.__file__, course.EXERCISES / "CONTRACT.md"):
        assert any(folder in Path(file).resolve().parents for folder in folders)


def test_after_a_change_nothing_is_graded_and_each_row_says_why(tmp_path, monkeypatch, packages, nothing_left):
    spoils = f"open({str(packages / 'flask' / 'app.py')!r}, 'w').write('stolen')\n"
    folders = [
        projects.project(tmp_path / "first").folder,
        projects.project(tmp_path / "thief", spoils + ANSWERING).folder,
        projects.project(tmp_path / "last").folder,
    ]
    checks = {"1.3": a_check("1.3", "service", "assert service.get('/').status == 200")}
    own = course.load(projects.course(tmp_path, checks))
    monkeypatch.setattr(grade, "OwnFiles", lambda: OwnFiles(packages))
    request = Request(own, tuple(own.steps), "none", 1, tmp_path / "out", verbose=False)

    status = grade_several(folders, request)

    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["project"]: row for row in csv.DictReader(file)}
    assert status == 3
    assert (rows["first"]["points"], rows["first"]["result"]) == ("10", "passed")
    assert rows["thief"]["result"].startswith("error")
    assert "app.py" in rows["thief"]["why"]
    assert rows["last"]["points"] == ""
    assert "while thief was" in rows["last"]["first_problem"]
