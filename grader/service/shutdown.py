"""The end of a server after SIGTERM. Clause K3 gives the server ten seconds for it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.errors import TooLate

STOP_WITHIN = 10
STOP_PATIENCE = 15.0
SIGTERM = "kill -TERM $PID   # the process that `command` started"


@dataclass(frozen=True)
class Shutdown:
    """The end of a server after SIGTERM: its exit code (None when the kit had to kill it), and what still listened."""

    exit_code: int | None
    waited: float
    listening: Listing
    log: str

    def in_time(self) -> Shutdown:
        """Return itself; raises TooLate when the process still ran after the promised ten seconds and five more."""
        if self.exit_code is None:
            raise TooLate(
                f"still running {self.waited:g} s after SIGTERM",
                expected=f"an end within {STOP_WITHIN} s of SIGTERM, which goes to the started process",
                request=SIGTERM,
                log=self.log,
            )
        return self
