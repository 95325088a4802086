"""Watches how much memory a service has, with everything that it started."""

from __future__ import annotations

import contextlib
import threading
import time
from types import TracebackType
from typing import Self

LOOK_EVERY = 0.1
MEGABYTE = 1024 * 1024


class MemoryWatch:
    """Looks at the memory of a process and its descendants while the block runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._seen: list[tuple[float, float]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def highest(self, begin: float, end: float) -> float:
        """Return the most megabytes between two instants of the monotonic clock; 0.0 where nothing was seen."""
        return max((size for at, size in self._seen if begin <= at <= end), default=0.0)

    def _look(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            self._seen.append((time.monotonic(), megabytes(self._pid)))


def megabytes(pid: int) -> float:
    """Return how many megabytes of memory a process has, with its descendants. What they share counts for each."""
    import psutil

    total = 0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
    return total / MEGABYTE
