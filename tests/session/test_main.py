"""Runs that are killed in the middle of a check: whichever process dies, the kit leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader import course
from grader.course import Course
from grader.session import runner
from grader.system import ports
from grader.system.process import wait_until
from tests import projects
from tests.projects import ANSWERING, CHILD, DAEMON, TRACING, a_check

RUN = """
import json, sys
from pathlib import Path
from grader.session import runner
from grader import course
own = course.load(Path(sys.argv[1]))
findings = runner.run(own, Path(sys.argv[2]), own.steps)
steps = [step for stage in findings.stages for step in stage.steps]
print(json.dumps([{step.id: step.outcome for step in steps}, findings.faults]))
"""
EVERY_ONE = 6
"""The command, the checks, the client, the server, its child and its daemon."""
SERVER = TRACING + CHILD + DAEMON + ANSWERING
WAITING = (
    'assert service.get("/").status == 200',
    '(harness.folder / "draft").write_text(f"{os.getpid()} {harness.resources.folder}")',
    '(harness.folder / "draft").rename(harness.folder / "middle")',
    "time.sleep(300)",
)
CHECKS = {
    "1.1": a_check("1.1", "", "assert True"),
    "1.2": a_check("1.2", "service", "assert True") + a_check("1.2", "harness, service", *WAITING, name="waits"),
    "1.3": a_check("1.3", "unanswered_ping", "assert True"),
}


@dataclass
class Running:
    """A run of the kit in the middle of a check: its two processes, its folder and its lock."""

    command: subprocess.Popen
    checks: int
    resources: Path
    lock: Path

    @property
    def left(self) -> bool:
        return self.resources.exists() or self.lock.exists()


@pytest.fixture
def running(tmp_path: Path, nothing_left: Callable[[], set[int]]) -> Iterator[Running]:
    project = projects.project(tmp_path / "project", SERVER, client="import time; time.sleep(300)")
    exercises = projects.course(tmp_path, CHECKS)
    argv = [sys.executable, "-c", RUN, exercises, project.folder]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
        try:
            middle = project.folder / "middle"
            assert wait_until(middle.exists, 20)
            checks, folder = middle.read_text().split()
            (_, number, _) = json.loads((project.folder / "traces").read_text())
            assert wait_until(lambda: len(nothing_left()) == EVERY_ONE, 20)
            yield Running(command, int(checks), Path(folder), ports._path(number))
        finally:
            command.kill()


@pytest.fixture
def another_course(tmp_path: Path) -> Course:
    (tmp_path / "other").mkdir()
    return course.load(projects.course(tmp_path / "other", {"1.1": CHECKS["1.1"]}))


def test_there_is_much_that_could_stay(running, nothing_left):
    assert len(nothing_left()) == EVERY_ONE
    assert running.left
    running.command.terminate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_nothing_stays_when_the_command_is_ended(running, nothing_left, number):
    running.command.send_signal(number)

    assert running.command.wait(20) != 0
    assert wait_until(lambda: not nothing_left() and not running.left, 10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_stays_when_the_checks_are_ended_and_it_is_an_error(running, nothing_left, number):
    os.kill(running.checks, number)
    said, _ = running.command.communicate(timeout=20)

    assert nothing_left() == set()
    assert not running.left
    outcomes, faults = json.loads(said)
    assert outcomes == {"1.1": "pass", "1.2": "error", "1.3": "error"}
    assert len(faults) == 1
    assert faults[0].startswith("The process of the checks ended early (status ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_nothing_stays_when_the_command_is_ended_while_a_failure_is_looked_at(tmp_path, nothing_left, number):
    project = projects.project(tmp_path / "project", SERVER)
    exercises = projects.course(tmp_path, {"1.1": a_check("1.1", "service", "assert service.get('/').status == 404")})
    look = "own.steps, hold=lambda held: (print('held', flush=True), time.sleep(300)))"
    argv = [sys.executable, "-c", "import time" + RUN.replace("own.steps)", look), exercises, project.folder]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as command:
        assert command.stdout.readline() == b"held\n"
        (_, port_number, _) = json.loads((project.folder / "traces").read_text())
        lock = ports._path(port_number)
        assert (lock.exists(), len(nothing_left())) == (True, 5)  # as above, without a client

        command.send_signal(number)

        assert command.wait(20) != 0
        assert wait_until(lambda: not nothing_left() and not lock.exists(), 10)


def test_when_both_are_killed_the_next_run_ends_what_stayed(running, another_course, tmp_path, nothing_left):
    for pid in (running.command.pid, running.checks):
        os.kill(pid, signal.SIGKILL)
    running.command.wait(20)
    # Any run on this machine ends what stayed, one of another test too.
    assert wait_until(lambda: len(nothing_left()) == EVERY_ONE - 2 or not running.left, 20)

    findings = runner.run(another_course, tmp_path / "project", another_course.steps)

    assert [step.outcome for step in findings.stages[0].steps] == ["pass"]
    assert wait_until(lambda: not nothing_left() and not running.left, 20)


def test_a_run_beside_another_spares_it(running, another_course, tmp_path, nothing_left):
    before = nothing_left()

    runner.run(another_course, tmp_path / "project", another_course.steps)

    assert nothing_left() == before
    assert running.left
    running.command.terminate()
    assert wait_until(lambda: not nothing_left(), 10)


def test_two_runs_in_one_process_end_nothing_of_each_other(tmp_path, nothing_left):
    patient = "from grader.system.process import wait_until\n" + a_check(
        "1.2",
        "harness, service",
        '(harness.folder / "waiting").touch()',
        'wait_until((harness.folder / "go").exists, 60)',
        "assert service.get('/').status == 200",
    )
    killed = a_check("1.2", "service", "os.kill(os.getpid(), 9)")
    runs = [
        (course.load(projects.course(tmp_path / name, {"1.2": check})), projects.project(tmp_path / name / "p", SERVER))
        for name, check in (("patient", patient), ("killed", killed))
    ]
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(runner.run, runs[0][0], runs[0][1].folder, runs[0][0].steps)
        assert wait_until((runs[0][1].folder / "waiting").exists, 20)
        before = nothing_left()

        second = runner.run(runs[1][0], runs[1][1].folder, runs[1][0].steps)

        assert nothing_left() == before
        (runs[0][1].folder / "go").touch()
        assert [step.outcome for step in first.result(30).steps] == ["pass"]
    assert [step.outcome for step in second.steps] == ["error"]
    assert nothing_left() == set()
