"""The tests that starters and solutions bring along: a solution's pass, a starter's can be run."""

import shutil
import subprocess
import sys

import pytest

from grader.course import ROOT
from grader.learner import scaffold
from tests.real_course import COURSE


def run_own_tests(source, place):
    """Run the tests of a project in a copy of it, as its owner would; return what pytest says at its end.

    Their temporary folders are their own: the end of another run of pytest clears away what is shared.
    """
    project = shutil.copytree(source, place / "project", ignore=shutil.ignore_patterns("__pycache__", ".kit"))
    own = ["-p", "no:cacheprovider", "--rootdir", project, "--basetemp", place / "temporary"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *own, "-W", "error"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [*done.stdout.splitlines(), *done.stderr.splitlines()][-1]


@pytest.mark.parametrize("solution", sorted((ROOT / "solutions").glob("[0-9]*")), ids=lambda solution: solution.name)
def test_the_solutions_own_tests_pass(solution, tmp_path):
    status, closing = run_own_tests(solution, tmp_path)

    assert (status, "passed" in closing) == (0, True), closing


@pytest.mark.parametrize("stage", COURSE.stages, ids=lambda stage: stage.folder.name)
def test_the_starters_own_tests_run(stage, tmp_path):
    """Those about what the learner has yet to write fail; none breaks."""
    scaffold.lay_out(stage, tmp_path / "starter")

    status, closing = run_own_tests(tmp_path / "starter", tmp_path)

    assert status in (0, 1), closing
    assert "passed" in closing
    assert "error" not in closing
