"""What a program has used: its ended threads and children count, and its calls to files are counted one by one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from grader.load.usage import NOTHING, Files, Usage, usage, usage_at_rest, used_between
from grader.system.process_tree import HAS_PROC

linux_only = pytest.mark.skipif(not HAS_PROC, reason="other systems don't tell")

BURN = """
import time
def burn(seconds=0.2):
    end = time.thread_time() + seconds
    while time.thread_time() < end: pass
"""
STOP = "print(flush=True); input()\n"
THREAD = """
import threading
one = threading.Thread(target=burn)
one.start()
one.join()
"""
CHILD = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN + "burn()"!r}])
"""
UNREAPED = f"""
import subprocess, sys, os
one = subprocess.Popen([sys.executable, "-c", {BURN + "burn()"!r}])
os.waitid(os.P_PID, one.pid, os.WEXITED | os.WNOWAIT)
"""
LIVING = f"""
import subprocess, sys
code = {BURN + "burn(); print(flush=True); input()"!r}
one = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
one.stdout.readline()
"""
MANY = f"""
import subprocess, sys
for _ in range(8): subprocess.run([sys.executable, "-S", "-c", {BURN + "burn(0.02)"!r}])
"""


@contextmanager
def program(code: str) -> Iterator[subprocess.Popen[str]]:
    """Run code that stops at each `print(flush=True); input()`."""
    argv = [sys.executable, "-c", code]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        yield running
        running.communicate("\n" * 9)


def go_on(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write("\n")
    running.stdin.flush()
    running.stdout.readline()


@pytest.mark.parametrize(
    "work",
    [
        "burn()\n",
        THREAD,
        CHILD,
        pytest.param(UNREAPED, marks=linux_only),
        LIVING,
    ],
    ids=["itself", "a thread that ended", "a child that ended", "a child that nobody asked", "a child that lives"],
)
def test_all_processor_time_counts(work: str) -> None:
    with program(BURN + STOP + work + STOP) as running:
        before = usage(running.pid)
        go_on(running)
        used = used_between(before, usage_at_rest(running.pid))

    assert 0.18 <= used.seconds < 3


def test_a_tree_of_children_never_seems_to_run_backwards() -> None:
    """Children start and end all the time; what they used moves from them to their parent."""
    with program(STOP + MANY + STOP) as running:
        seen = [usage(running.pid).seconds]
        assert running.stdin is not None
        running.stdin.write("\n")
        running.stdin.flush()
        for _ in range(40):
            time.sleep(0.005)
            seen.append(usage(running.pid).seconds)

    # The times of children that ended are told in hundredths of a second.
    assert all(late >= early - 0.021 for early, late in pairwise(seen))
    assert seen[-1] > seen[0]


@linux_only
@pytest.mark.parametrize("child", [False, True])
def test_calls_to_files_are_counted_one_by_one(child: bool, tmp_path: Path) -> None:
    path = str(tmp_path / "file")
    work = (
        "import os\n"
        f"there = os.open({path!r}, os.O_RDWR | os.O_CREAT)\n"
        "for _ in range(7): os.write(there, b'x' * 100)\n"
        "for at in range(3): os.pread(there, 50, at)\n"
    )
    if child:
        work = f"import os\none = os.fork()\nif not one:\n    exec({work!r})\n    os._exit(0)\nos.waitpid(one, 0)\n"
    with program(STOP + STOP + work + STOP) as running:
        before = usage_at_rest(running.pid)
        go_on(running)
        idle = used_between(before, usage_at_rest(running.pid)).files
        before = usage_at_rest(running.pid)
        go_on(running)
        busy = used_between(before, usage_at_rest(running.pid)).files

    assert idle is not None
    assert busy is not None
    assert [b - a for a, b in zip(idle, busy, strict=True)] == [3, 7, 150, 700]


def test_a_process_that_is_gone_has_used_nothing() -> None:
    with program(STOP) as running:
        pass

    assert usage(running.pid) == NOTHING


def test_nothing_is_negative_and_what_is_unknown_stays_so() -> None:
    early, late = Usage(2.0, Files(5, 5, 5, 5)), Usage(1.0, Files(6, 4, 5, 9))

    assert used_between(early, late) == Usage(0.0, Files(1, 0, 0, 4))
    assert used_between(early, Usage(3.0, None)) == Usage(1.0, None)
