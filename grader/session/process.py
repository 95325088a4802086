"""The process in which checks run, from its start to its end.

`kit check` starts it before it imports anything else of the kit. So this module imports little, and the rest once the
process has been started.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys

TYPE_CHECKING = False  # the module typing takes long to import
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any, TextIO

PATIENCE = 10.0
"""Seconds that the process in which checks run may take to clean up."""
MARK = "KIT_SESSION"
"""The environment variable that tells the processes of one run from those of another."""
RARELY = "import gc; gc.set_threshold(100_000); "
"""Begins what such a process does: else Python looks for garbage dozens of times while modules are imported."""
ENTRY = f"{RARELY}from grader.session.__main__ import main; main()"
"""What the process in which checks run does."""


class Session:
    """A process in which checks run. The kit may start it before it knows the job, so that its imports cost no time.

    A session that never gets a job ends when the process that started it ends.
    """

    def __init__(self, entry: str = ENTRY) -> None:
        self.spared: Callable[[], Collection[int]] = tuple
        """Lists the processes of sessions that live beside this one, which its end must not touch."""
        self.mark = f"{MARK}={os.getpid()}-{os.urandom(8).hex()}"
        self.complaints: Any = _file_without_a_name()
        name, value = self.mark.split("=")
        # A program of the project can open any pipe of its user by its name under /proc, but no socket.
        ours, its = socket.socketpair()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", entry, str(its.fileno())],
            stdin=subprocess.PIPE,
            stdout=self.complaints,
            stderr=self.complaints,
            env={**os.environ, name: value},
            pass_fds=[its.fileno()],
            start_new_session=True,
        )
        its.close()
        from grader.system import process_tree

        # Only now, as it takes a moment: before there is a job, the process starts nothing.
        process_tree.adopt_orphans()
        self._before = set(process_tree.descendants(os.getpid())) - {self.process.pid}
        self.lines: TextIO = ours.makefile(encoding="utf-8", errors="replace")
        ours.close()

    def write(self, line: bytes) -> None:
        """Write a line to the standard input of the process; raises BrokenPipeError when it has ended."""
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def finish(self, *, ended: bool) -> None:
        """Let the process clean up after itself, and kill everything that it has left behind when it can't.

        `ended` says that the process has reported its last event.
        """
        assert self.process.stdin is not None
        if ended:
            self.wait()
        self.process.stdin.close()
        self.wait()
        self.process.kill()
        if self.process.wait():
            from grader.system import process_tree

            process_tree.kill_all(self._left_behind)
            sweep()
        self.lines.close()
        self.complaints.close()

    def wait(self) -> None:
        """Wait at most `PATIENCE` seconds for the process to end."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)

    def _left_behind(self) -> set[int]:
        """Find the descendants of this process that came since the session began, without those of other sessions."""
        from grader.system import process_tree

        below = set(process_tree.descendants(os.getpid())) - self._before
        others = set(process_tree.carrying_name(MARK, below)) - set(process_tree.carrying(self.mark, below))
        others |= set(self.spared())  # nobody but root can read the marks of processes that hide their memory
        return below - others - set(process_tree.descendants(*others))


def _file_without_a_name() -> Any:
    """Open a file that nobody can find by a name, in memory where the system has that."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("complaints"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


def sweep() -> None:
    """Remove what killed runs have left behind. What can't be removed gets one line, and stops nothing."""
    from grader.system import ports, scratch  # imported while the process of the checks starts

    for fault in scratch.sweep():
        print(f"kit: left by an earlier run: {fault}", file=sys.stderr)
    ports.sweep()
