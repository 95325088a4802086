"""How a server takes SIGTERM, which clause K3 gives it ten seconds to obey."""

from __future__ import annotations

from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.errors import TooLate

STOP_WITHIN = 10
STOP_PATIENCE = 15.0
SIGTERM = "kill -TERM $PID   # the process that `command` started"


@dataclass(frozen=True)
class Shutdown:
    """How a server took SIGTERM: its exit code, None when it had to be killed, and who was left listening."""

    exit_code: int | None
    waited: float
    listening: Listing
    log: str

    def in_time(self) -> Shutdown:
        """Return itself; raises TooLate when the process was still there after the promised time and its slack."""
        if self.exit_code is None:
            raise TooLate(
                f"still running {self.waited:g} s after SIGTERM",
                expected=f"an end within {STOP_WITHIN} s of SIGTERM, which goes to the started process",
                request=SIGTERM,
                log=self.log,
            )
        return self
