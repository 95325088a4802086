"""What our tests share through pytest: recorded texts, copies of projects, and what the last lines say."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.system.ports import Port
from grader.system.resources import Resources
from tests import golden

LONGEST = ("test_course_in_step.py", "test_growing.py", "test_seed.py", "test_matrix.py", "test_clone.py")
"""Where the longest tests lie, the longest first."""


PROJECTS = Path(sys.prefix) / "projects"
"""The environment of the projects that tests grade: what a learner has. `make test` makes it."""


def use_the_environment_of_projects() -> None:
    """Let projects run in what a learner has: what only our tests need, such as numpy, makes each start slower.

    sqlite-utils imports it where it is.
    """
    if (PROJECTS / "bin").is_dir():
        os.environ["VIRTUAL_ENV"] = str(PROJECTS)


def pytest_configure() -> None:
    """Let projects run in their own environment, and let tests send the signals that this process was told to ignore.

    `nohup`, or a shell's `&`, tells a process to ignore some, and children inherit that.
    """
    use_the_environment_of_projects()
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
            signal.signal(number, handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write recorded texts anew instead of comparing with them")


@pytest.fixture
def recorded(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with the recorded one; with --record, write it."""

    def compare(path: Path, text: str) -> None:
        golden.compare(path, text, record=request.config.getoption("--record"))

    return compare


@pytest.fixture
def resources() -> Iterator[Resources]:
    resources = Resources()
    yield resources
    resources.close()


@pytest.fixture
def port() -> Iterator[int]:
    """A port that no other program of the kit takes meanwhile."""
    reserved = Port()
    yield reserved.number
    reserved.release()


@pytest.fixture
def as_a_project(resources: Resources) -> Callable[[Path], Path]:
    """Copy a folder to a place of its own, as a git repository with everything committed."""

    def copy(folder: Path) -> Path:
        place = resources.fresh("project")
        shutil.copytree(folder, place, ignore=shutil.ignore_patterns("__pycache__", ".kit", ".venv"))
        for words in ("init -q -b main", "add -A", "-c user.name=Test -c user.email=test@localhost commit -q -m Start"):
            subprocess.run(["git", *words.split()], cwd=place, check=True)
        return place

    return copy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest, so that no test is left alone at the end."""
    items.sort(
        key=lambda item: next((place for place, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST))
    )


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how long the matrix took, by case, and which tests could not run and why."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    seconds = {report.nodeid: dict(report.user_properties).get("case_seconds") for report in reports}
    cases = {nodeid.partition("[")[2].rstrip("]"): taken for nodeid, taken in seconds.items() if taken is not None}
    if cases:
        terminalreporter.write_sep("-", "the matrix")
        slowest = sorted(cases.items(), key=lambda entry: -entry[1])
        lines = [f"{name} {taken:.1f} s" for name, taken in slowest]
        for start in range(0, len(lines), 4):
            terminalreporter.write_line("  " + "".join(f"{line:38}" for line in lines[start : start + 4]).rstrip())
        total = sum(cases.values())
        terminalreporter.write_line(f"{len(cases)} cases, {total:.0f} s of work, {total / len(cases):.1f} s each")
    skipped = terminalreporter.getreports("skipped")
    if skipped:
        terminalreporter.write_sep("-", "not run here")
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            terminalreporter.write_line(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")
