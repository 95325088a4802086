"""The progress of a run on a terminal: the current step, and a held failure."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from grader.results.results import CheckResult

if TYPE_CHECKING:
    from rich.status import Status

    from grader.results.held import Held


class Progress:
    """A spinner on standard error that names the current step."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._status: Status | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def begin(self) -> None:
        """Start the spinner. Import the modules of the report now, because the project needs time to start anyway."""
        from grader.report import terminal

        if sys.stderr.isatty():
            self._status = terminal.console(stderr=True).status(f"{self._prefix}starting your server …", spinner="line")
            self._status.start()

    def hold(self, held: Held) -> None:
        """Show a failure while its servers still run, and wait until the learner presses Enter or ends the input."""
        from grader.report import terminal

        if self._status is not None:
            self._status.stop()
        terminal.show_held(held, terminal.console())
        if sys.stdin is not None:
            sys.stdin.readline()
        if self._status is not None:
            self._status.start()

    def heard(self, found: CheckResult) -> None:
        """Show the step of a check that has just ended."""
        if self._status is not None:
            self._status.update(f"{self._prefix}checking {found.step} …")
