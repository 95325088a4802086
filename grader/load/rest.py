"""How long the generator has nothing to do: its loop waits then until something happens."""

from __future__ import annotations

import time

import gevent  # type: ignore[import-untyped]


class Rest:
    """Measures how long the generator has nothing to do in a window. Without rest, it is what everybody waits for."""

    def __init__(self, opening: float, closing: float) -> None:
        self.opening, self.closing = opening, closing
        self.seconds, self.since = 0.0, time.monotonic()
        loop = gevent.get_hub().loop
        # These are called last before the loop waits until something happens, and first when that has happened.
        self.watchers = loop.prepare(ref=False, priority=-2), loop.check(ref=False, priority=2)
        for watcher, what in zip(self.watchers, (self.begin, self.end), strict=True):
            watcher.start(what)

    def begin(self) -> None:
        self.since = time.monotonic()

    def end(self) -> None:
        self.seconds += max(0.0, min(time.monotonic(), self.closing) - max(self.since, self.opening))

    def share(self) -> float:
        """Stop, and return the rest as a share of the window."""
        for watcher in self.watchers:
            watcher.stop()
        return self.seconds / max(1e-9, self.closing - self.opening)
