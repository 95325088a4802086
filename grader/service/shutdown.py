"""The end of a server after SIGTERM. Clause K3 gives the server ten seconds for it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.errors import TooLate
from grader.system.process import Process
from grader.text.shell import SHOWN_PORT, silent_netcats

STOP_WITHIN = 10
STOP_PATIENCE = 15.0
SOON = 2.0
"""How long a process may take to end after the connections for which it waited, in seconds."""
SIGTERM = "kill -TERM $PID   # the process that `command` started"


@dataclass(frozen=True)
class Shutdown:
    """The end of a server after SIGTERM: its exit code (None when the kit had to kill it), and what still listened."""

    exit_code: int | None
    waited: float
    listening: Listing
    log: str
    waited_for_others: bool = False
    """Whether it ended only after connections had ended that were open, and on which nothing came."""

    def in_time(self) -> Shutdown:
        """Return itself; raises TooLate when the process still ran after the promised ten seconds and five more."""
        if self.exit_code is None:
            silent = ", until a silent connection was closed" if self.waited_for_others else ""
            raise TooLate(
                f"still running {self.waited:g} s after SIGTERM{silent}",
                expected=f"an end within {STOP_WITHIN} s of SIGTERM, which goes to the started process",
                request=f"{silent_netcats(1, SHOWN_PORT)}{SIGTERM}" if silent else SIGTERM,
                log=self.log,
            )
        return self


def ends_after(connections: ExitStack, process: Process) -> bool:
    """End connections that were open all the time, and tell whether the process ends then."""
    connections.close()
    return process.wait(SOON) is not None
