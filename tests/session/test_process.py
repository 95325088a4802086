"""What is imported before a service starts, or a first check: a learner waits for each of these after every change."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader import course
from grader.results.results import Outcome
from grader.session import runner
from grader.session.process import RARELY
from grader.system import scratch
from grader.system.process import wait_until
from tests import projects

ONLY_LATER = {
    "concurrent.futures",
    "difflib",
    "grader.http_client.client",
    "grader.project.git",
    "grader.report.terminal",
    "grader.service.lifecycle",
    "grader.text.last_words",
    "grader.text.stack_traces",
    "http.client",
    "pytest",
    "rich",
    "traceback",
}

NEVER = {"grader.project.advice", "grader.project.setup", "grader.text.last_words", "rich", "tarfile", "urllib.request"}
"""What a check that passes doesn't need at all."""


def imported_by(module):
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "later"),
    [
        (
            "grader.session.process",
            {
                *ONLY_LATER,
                "dataclasses",
                "pathlib",
                "tempfile",
                "typing",
                "grader.course",
                "grader.session.runner",
                "tomllib",
            },
        ),
        ("grader.session.__main__", ONLY_LATER),
        ("grader.session.plugin, grader.fixtures.service, grader.fixtures.client, grader.check", NEVER),
    ],
)
def test_what_can_wait_is_not_imported_before_the_service_starts(module, later):
    assert imported_by(module) & later == set()


COUNT = "print(sum(one['collections'] for one in gc.get_stats()))"
RUN = "import sys; sys.argv = ['kit', 'check', '--help']; from grader.__main__ import main; main()"


@pytest.mark.parametrize(
    "code",
    [
        f"{RARELY}import grader.session.__main__, grader.session.plugin; {COUNT}",
        f"import atexit, gc; atexit.register(lambda: {COUNT}); {RUN}",
    ],
)
def test_garbage_is_hardly_looked_for_while_modules_are_imported(code):
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)

    assert int(done.stdout.split()[-1]) < 10


def test_what_a_killed_run_left_behind_is_removed_while_the_project_starts(tmp_path):
    left = Path(tempfile.mkdtemp(prefix=scratch.PREFIX, dir="/tmp"))
    project = projects.project(tmp_path / "project")
    known = course.load(projects.course(tmp_path, {"1.3": projects.a_check("1.3", "service", "assert True")}))
    seen = []

    # Any run on this machine may be the one that removes it, one of another test too.
    def look():
        seen.append(wait_until(lambda: not left.exists(), 20))

    found = runner.run(known, project.folder, known.steps, meanwhile=look)

    assert (found.steps[0].outcome, found.faults, seen) == (Outcome.PASS, (), [True])
