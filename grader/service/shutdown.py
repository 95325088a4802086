"""The end of a server after SIGTERM. Clause K3 gives the server ten seconds for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.errors import TooLate
from grader.system import process_tree
from grader.system.ports import answers
from grader.system.process import Process, wait_until

STOP_WITHIN = 10
STOP_PATIENCE = 15.0
NAMED = 3
"""How many processes are named."""
SIGTERM = "kill -TERM $PID   # the process that `command` started"


@dataclass(frozen=True)
class Shutdown:
    """The end of a server after SIGTERM: its exit code (None when the kit had to kill it), and what still listened."""

    exit_code: int | None
    waited: float
    listening: Listing
    log: str
    survivors: str = ""
    """The processes that still ran after the promised time, by their ids and command lines."""

    def in_time(self) -> Shutdown:
        """Return itself; raises TooLate when the process still ran after the promised ten seconds and five more."""
        if self.exit_code is None:
            raise TooLate(
                f"still running {self.waited:g} s after SIGTERM{self.survivors and ': '}{self.survivors}",
                expected=f"an end within {STOP_WITHIN} s of SIGTERM, which goes to the started process",
                request=SIGTERM,
                log=self.log,
            )
        return self


def end(process: Process, port: int, log: Callable[[], str]) -> Shutdown:
    """Send SIGTERM to the started process, wait, look whether the port still accepts connections, and kill all."""
    began = time.monotonic()
    process.terminate()
    code = process.wait(STOP_PATIENCE)
    seconds = time.monotonic() - began
    grace = max(0.5, STOP_WITHIN - seconds) if process.tree() else 0.5
    gone = code is None or wait_until(lambda: not answers(port), grace)
    left, survivors = [], ""
    if not gone:
        alive = process.tree()
        listening = [pid for pid in alive if port in process_tree.listening_ports([pid])]
        who = _named(listening or alive)
        said = f": {who}" if who else ""
        left = [f"the port in PORT still accepts connections, though the started process has ended{said}"]
    elif code is None:
        survivors = _named([process.pid, *(pid for pid in process.tree() if pid != process.pid)])
    printed = log()
    process.kill()
    listing = Listing(left, request=SIGTERM, what="process listening after SIGTERM")
    return Shutdown(code, STOP_PATIENCE, listing, printed, survivors)


def _named(pids: list[int]) -> str:
    """Name processes by their command lines and ids; at most three of them."""
    named = [f"{process_tree.command_of(pid)} (pid {pid})" for pid in pids[:NAMED]]
    return ", ".join(named) + (f" and {len(pids) - NAMED} more" if len(pids) > NAMED else "")
