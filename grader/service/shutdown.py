"""The end of a server after SIGTERM. Clause K3 gives the server ten seconds for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.errors import TooLate
from grader.system import process_tree
from grader.system.ports import answers
from grader.system.process import Process, wait_until
from grader.text.shell import SHOWN_PORT, silent_netcats

STOP_WITHIN = 10
STOP_PATIENCE = 15.0
SOON = 2.0
"""How long a process may take to end after the connections for which it waited, in seconds."""
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
    waited_for_others: bool = False
    """Whether it ended only after connections had ended that were open, and on which nothing came."""

    def in_time(self) -> Shutdown:
        """Return itself; raises TooLate when the process still ran after the promised ten seconds and five more."""
        if self.exit_code is None:
            silent = ", until a silent connection was closed" if self.waited_for_others else ""
            raise TooLate(
                f"still running {self.waited:g} s after SIGTERM{silent}{self.survivors and ': '}{self.survivors}",
                expected=f"an end within {STOP_WITHIN} s of SIGTERM, which goes to the started process",
                request=f"{silent_netcats(1, SHOWN_PORT)}{SIGTERM}" if silent else SIGTERM,
                log=self.log,
            )
        return self


def end(process: Process, port: int, log: Callable[[], str], still_open: ExitStack | None = None) -> Shutdown:
    """Send SIGTERM to the started process, wait, look whether the port still accepts connections, and kill all.

    If the process doesn't end, the connections in `still_open` are ended, to see whether it waited for them.
    """
    began = time.monotonic()
    process.terminate()
    code = process.wait(STOP_PATIENCE)
    survivors = ""
    if code is None:
        survivors = _named([process.pid, *(pid for pid in process.tree() if pid != process.pid)])
    waited_for_others = code is None and still_open is not None and _ends_after(still_open, process)
    seconds = time.monotonic() - began
    grace = max(0.5, STOP_WITHIN - seconds) if process.tree() else 0.5
    gone = code is None or wait_until(lambda: not answers(port), grace)
    left = []
    if not gone:
        alive = process.tree()
        listening = [pid for pid in alive if port in process_tree.listening_ports([pid])]
        who = _named(listening or alive)
        said = f": {who}" if who else ""
        left = [f"the port in PORT still accepts connections, though the started process has ended{said}"]
    printed = log()
    process.kill()
    listing = Listing(left, request=SIGTERM, what="process listening after SIGTERM")
    return Shutdown(code, STOP_PATIENCE, listing, printed, survivors, waited_for_others)


def _named(pids: list[int]) -> str:
    """Name processes by their command lines and ids; at most three of them."""
    named = [f"{process_tree.command_of(pid)} (pid {pid})" for pid in pids[:NAMED]]
    return ", ".join(named) + (f" and {len(pids) - NAMED} more" if len(pids) > NAMED else "")


def _ends_after(connections: ExitStack, process: Process) -> bool:
    """End connections that were open all the time, and tell whether the process ends then."""
    connections.close()
    return process.wait(SOON) is not None
