"""`kit notebook`: which program it becomes, and where."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.commands.notebook import notebook
from grader.place import ROOT


class Became(Exception):
    """The process has become another program."""


@pytest.fixture
def become(monkeypatch):
    """Run the command and return the program that the process becomes, with the folder in which it does."""
    began = Path.cwd()

    def execute(path, argv):
        raise Became(path, argv, Path.cwd())

    def run(*words, user=1000, has_jupyter=True):
        monkeypatch.setattr(os, "execv", execute)
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(importlib.util, "find_spec", lambda _name: has_jupyter or None)
        return CliRunner().invoke(notebook, words)

    yield run
    os.chdir(began)


def test_kit_becomes_jupyter_in_the_folder_of_the_notebooks(become):
    path, argv, folder = become("2").exception.args

    assert path == sys.executable
    assert argv == [sys.executable, "-m", "jupyterlab", "2-where-the-time-goes.ipynb"]
    assert folder == ROOT / "notebooks"


def test_jupyter_takes_somebody_who_is_root(become):
    _, argv, _ = become("1", user=0).exception.args

    assert argv[-1] == "--allow-root"


def test_without_a_number_each_notebook_has_a_line(become):
    lines = become().output.splitlines()

    assert [line.split()[2] for line in lines] == ["1", "2", "3", "4", "5", "6"]
    assert all(line.endswith("?") for line in lines), lines


def test_without_jupyter_it_says_what_to_type(become):
    assert "Jupyter is not installed in the kit. To install it, " in str(become("1", has_jupyter=False).exception)


def test_a_number_that_is_none_names_those_that_are(become):
    assert "There are 1, 2, 3, 4, 5, 6; see: kit notebook" in str(become("7", has_jupyter=False).exception)
