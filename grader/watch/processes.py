"""The processes of a watch in which checks run: one is always warm, so that the next checks begin at once."""

from __future__ import annotations

from collections.abc import Callable

from grader.session import warm
from grader.session.process import Session


class Processes:
    """Starts processes for checks before they are needed. They spare each other when one of them has to be ended."""

    def __init__(self) -> None:
        self._living: list[Session] = []
        self._next: Session | None = None

    def prepare(self, stage: str) -> None:
        """Start the process for the next checks, which are of this stage or an earlier one, unless it is there."""
        if self._next is not None and self._next.process.poll() is not None:
            self._next.finish(ended=False)
            self._next = None
        if self._next is None:
            self._next = warm.begin(stage)
            self._living = [*(one for one in self._living if one.process.poll() is None), self._next]
            self._next.spared = self._pids_without(self._next)

    def take(self, stage: str) -> Session:
        """Return a process for checks of this stage or an earlier one."""
        self.prepare(stage)
        taken, self._next = self._next, None
        assert taken is not None
        return taken

    def close(self) -> None:
        """End the process that waits for the next checks."""
        if self._next is not None:
            self._next.process.terminate()
            self._next.finish(ended=False)

    def _pids_without(self, session: Session) -> Callable[[], list[int]]:
        return lambda: [one.process.pid for one in self._living if one is not session and one.process.poll() is None]
