"""What a run waits for at this moment, so that a person who waits can be told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MAIN = threading.main_thread().name


@dataclass(frozen=True)
class Wait:
    """One wait: for what, for how many seconds at most (None if nobody knows), and when it began.

    `thread` is the name of the thread that this one waits for. What that thread waits for then says more.
    """

    what: str
    at_most: float | None
    began: float
    thread: str = ""


class Waits:
    """The waits of all threads of a run. `listener` gets the wait of the main thread each time it changes."""

    def __init__(self) -> None:
        self.listener: Callable[[Wait | None], None] = lambda _wait: None
        self._by_thread: dict[str, list[Wait]] = {}
        self._told: Wait | None = None
        self._lock = threading.Lock()

    @contextmanager
    def named(
        self, what: str, at_most: float | None = None, *, began: float | None = None, thread: str = ""
    ) -> Iterator[None]:
        """Note that this thread waits inside the block. The innermost block counts."""
        wait = Wait(what, at_most, time.monotonic() if began is None else began, thread)
        stack = self._by_thread.setdefault(threading.current_thread().name, [])
        stack.append(wait)
        self._tell()
        try:
            yield
        finally:
            stack.remove(wait)
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            now = self._of(MAIN)
            if now != self._told:
                self._told = now
                self.listener(now)

    def _of(self, thread: str) -> Wait | None:
        stack = self._by_thread.get(thread)
        if not stack:
            return None
        innermost = stack[-1]
        return (self._of(innermost.thread) if innermost.thread else None) or innermost
