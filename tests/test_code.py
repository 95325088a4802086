"""The code itself: lint, types and layers are clean, the lock is fresh, and `TODO` is left to starters."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import ROOT
from tests import lock

BIN = Path(sys.prefix) / "bin"


@pytest.mark.parametrize(
    "argv",
    [["ruff", "check", "-q", "."], ["ruff", "format", "-q", "--check", "."], ["mypy"], ["lint-imports", "--no-cache"]],
    ids=" ".join,
)
def test_lint_types_and_layers_are_clean(argv):
    done = subprocess.run([BIN / argv[0], *argv[1:]], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stdout + done.stderr * (done.returncode != 0) == "" or done.returncode == 0
    assert done.returncode == 0, done.stdout


def test_the_lock_fits_the_project(tmp_path):
    for path in lock.LOCKED.glob("*.txt"):
        (tmp_path / path.name).write_text(path.read_text())
    try:
        lock.lock(tmp_path)
    except subprocess.CalledProcessError:
        pytest.skip("no package registry can be reached, so nothing can be resolved")

    stale = [path.name for path in lock.LOCKED.glob("*.txt") if path.read_text() != (tmp_path / path.name).read_text()]
    assert stale == [], "run: make lock"


def test_the_lock_names_no_address():
    assert [path.name for path in lock.LOCKED.glob("*.txt") if "://" in path.read_text()] == []


def test_todo_is_left_to_starters():
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "grader", "solutions", "benchmarks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [ROOT / name for name in tracked.stdout.split("\0") if name.endswith((".py", ".toml"))]

    assert [path for path in files if "TODO" in path.read_text()] == []


def test_modules_stay_small():
    modules = [*ROOT.glob("grader/**/*.py")]

    assert {path.name: length for path in modules if (length := len(path.read_text().splitlines())) > 250} == {}


def test_a_package_says_in_one_sentence_what_it_answers_for():
    """And nothing else, as what it would import costs everybody time who imports one of its modules."""
    texts = {path.parent.name: path.read_text() for path in ROOT.glob("grader/*/__init__.py")}

    assert {name: text for name, text in texts.items() if not re.fullmatch(r'"""[A-Z`][^"]+\."""\n', text)} == {}
