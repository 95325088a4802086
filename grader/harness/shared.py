"""What several checks share: made once, by the first that asks, or in the background before any asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from grader.errors import Failed
from grader.testdata.random_values import drawing_for

Thing = TypeVar("Thing")
AGAIN = 0.1
"""Seconds after which the end asks once more for what was started meanwhile to be ended."""


class Shared:
    """Things by name. What fails is told to the next who asks, and tried anew by the one after.

    What is drawn at random while a thing is made depends on the seed and its name, not on who asks first.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: dict[str, Future[Any]] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def once(self, name: str, make: Callable[[], Thing]) -> Thing:
        """Return the thing of this name; made now unless it was, or is being made."""
        with self._lock:
            mine = name not in self._made
            one = self._made.setdefault(name, Future())
        if mine:
            self._fulfil(one, name, make)
        try:
            thing: Thing = one.result()
        except BaseException:
            self._made.pop(name, None)
            raise
        return thing

    def begin(self, name: str, make: Callable[[], object]) -> None:
        """Make in the background what a check will ask for by `once`, as it takes long."""
        with self._lock:
            if name in self._made:
                return
            one = self._made[name] = Future()
        threading.Thread(target=self._fulfil, args=(one, name, make), name=name, daemon=True).start()

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

    def _fulfil(self, one: Future[Any], name: str, make: Callable[[], object]) -> None:
        try:
            with drawing_for(self._seed, name):
                one.set_result(make())
        except BaseException as found:  # noqa: BLE001 - the check that asks for the result gets it
            one.set_exception(found)
