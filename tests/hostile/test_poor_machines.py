"""A machine that is short of files, threads, memory or space: no project loses points by it."""

import errno
import os
import resource
import socket
import threading

import pytest

from grader import course
from grader.errors import Failed, MachineError
from grader.results.results import CheckResult, Outcome
from grader.session import runner
from grader.session.failure import excused
from grader.system import machine
from grader.system.process import Process
from tests import projects
from tests.projects import a_check

FOUND = CheckResult("1.3", "test_it", "It works.", Outcome.FAIL, "K3", actual="no connection")


@pytest.fixture
def few_files():
    """Let this process open no more files than it has open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as last:
        resource.setrlimit(resource.RLIMIT_NOFILE, (last.fileno() + 1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def failed_because(error):
    """Return the failure that a check raises where the kit itself met an error."""
    try:
        try:
            raise error
        except type(error):
            raise Failed("no connection") from None
    except Failed as failure:
        return failure


SHORTAGES = [
    OSError(errno.EMFILE, "Too many open files"),
    OSError(errno.ENOSPC, "No space left on device"),
    MemoryError(),
    RuntimeError("can't start new thread"),
]


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_a_failure_that_comes_from_a_shortage_is_an_error(tmp_path, error):
    found = excused(FOUND, failed_because(error), tmp_path)

    assert found.outcome is Outcome.ERROR
    assert found.actual.endswith("It saw: no connection")


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(errno.ECONNREFUSED, "refused"), RuntimeError("no"), OSError()]
)
def test_any_other_failure_stays_one(tmp_path, error):
    assert excused(FOUND, failed_because(error), tmp_path) is FOUND


def test_a_lack_of_files_at_this_moment_is_noticed(tmp_path, few_files):
    assert machine.shortage_now(tmp_path) == "the kit has too many open files"


def test_a_lack_of_threads_is_noticed(tmp_path, monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)

    assert machine.shortage_now(tmp_path) == machine.THREADS


def test_a_full_file_system_is_noticed_unless_the_project_has_filled_it(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_bytes(b"x" * 100_000)
    full = os.statvfs_result((4096, 4096, 100, 0, 0, 1, 1, 1, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda _path: full)

    assert "is full" in machine.shortage_now(tmp_path)
    monkeypatch.setattr(machine, "OWN_SHARE", 50_000)
    assert machine.shortage_now(tmp_path) == ""


def test_a_program_that_cannot_be_started_for_lack_of_files_is_the_machines_fault(tmp_path, few_files):
    with pytest.raises((MachineError, OSError)):
        Process(["sleep", "1"], cwd=tmp_path, env={}, mark="A=B")


def test_a_kit_with_too_few_files_gives_no_failure(tmp_path, nothing_left):
    body = """
    import resource, socket
    with socket.socket() as last:
        resource.setrlimit(resource.RLIMIT_NOFILE, (last.fileno(), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    assert service.get('/').status == 200
"""
    own = course.load(projects.course(tmp_path, {"1.3": a_check("1.3", "service", body.strip())}))

    found = runner.run(own, projects.project(tmp_path / "project").folder, own.steps)

    (step,) = [step for stage in found.stages for step in stage.steps]
    assert step.outcome is Outcome.ERROR
