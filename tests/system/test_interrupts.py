"""A Ctrl-C while something is under way that must not be left half done."""

import os
import signal
import threading

import pytest

from grader.system.interrupts import postponed
from grader.system.process import Process, Programs

MARK = "PORT=1"
ENV = {"PATH": os.environ["PATH"], "PORT": "1"}


@pytest.fixture(autouse=True)
def default_handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_is_raised_when_the_block_has_ended():
    done = []

    def block():
        with postponed():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("all")

    with pytest.raises(KeyboardInterrupt):
        block()

    assert done == ["all"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_of_the_block_comes_before_a_ctrl_c():
    def block():
        with postponed():
            os.kill(os.getpid(), signal.SIGINT)
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        block()

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_that_nobody_handles_stays_as_it_was():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with postponed():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_changes_no_handler():
    seen = []

    def look():
        with postponed():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [signal.default_int_handler]


def test_a_program_that_ctrl_c_meets_at_its_start_is_killed(tmp_path):
    started = []

    def record(pid):
        started.append(pid)
        os.kill(os.getpid(), signal.SIGINT)

    programs = Programs(record)
    with pytest.raises(KeyboardInterrupt):
        Process(["sleep", "60"], cwd=tmp_path, env=ENV, mark=MARK, programs=programs)
    programs.kill()

    assert started
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


def test_a_program_whose_start_cannot_be_written_down_is_killed(tmp_path):
    started = []

    def record(pid):
        started.append(pid)
        raise OSError(28, "No space left on device")

    programs = Programs(record)
    with pytest.raises(OSError, match="No space left"):
        Process(["sleep", "60"], cwd=tmp_path, env=ENV, mark=MARK, programs=programs)
    programs.kill()

    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)
