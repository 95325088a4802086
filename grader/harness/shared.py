"""What several checks share: made once, by whoever asks first, or in the background before anybody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from grader.errors import Failed

Thing = TypeVar("Thing")
AGAIN = 0.1
"""Seconds after which the end asks once more for what was started meanwhile to be ended."""


class Shared:
    """Things by name. What fails is told to the next who asks, and tried anew by the one after."""

    def __init__(self) -> None:
        self._made: dict[str, Future[Any]] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def once(self, name: str, make: Callable[[], Thing]) -> Thing:
        """Return the thing of this name; made now unless it was, or is being made."""
        with self._lock:
            mine = name not in self._made
            one = self._made.setdefault(name, Future())
        if mine:
            _fulfil(one, make)
        try:
            thing: Thing = one.result()
        except BaseException:
            self._made.pop(name, None)
            raise
        return thing

    def begin(self, name: str, make: Callable[[], object]) -> None:
        """Make in the background what somebody will ask for by `once`, as it takes long."""
        with self._lock:
            if name in self._made:
                return
            one = self._made[name] = Future()
        threading.Thread(target=_fulfil, args=(one, make), name=name, daemon=True).start()

    def pause(self, seconds: float) -> None:
        """Wait; raises Failed when the end comes first."""
        if self._ended.wait(seconds):
            raise Failed("ended meanwhile", expected="a result")

    def end(self, stop: Callable[[], None]) -> None:
        """Wait until nothing is being made any more, and `stop` again and again what the making starts."""
        self._ended.set()
        while unfinished := [one for one in list(self._made.values()) if not one.done()]:
            stop()
            wait(unfinished, timeout=AGAIN)


def _fulfil(one: Future[Any], make: Callable[[], object]) -> None:
    try:
        one.set_result(make())
    except BaseException as found:  # noqa: BLE001 - whoever asks for the result gets it
        one.set_exception(found)
