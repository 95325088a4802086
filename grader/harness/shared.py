"""Results that several checks share. Each is made once, for the first check that asks or earlier in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from grader.errors import Failed
from grader.system.resources import Resources
from grader.system.waits import Waits
from grader.testdata.random_values import drawing_for

if TYPE_CHECKING:
    from concurrent.futures import Future

Thing = TypeVar("Thing")
AGAIN = 0.1
"""Seconds between two calls of `stop` while `Shared.end` waits for unfinished results."""


class Shared:
    """Makes results by name, each once. After a failure the next caller gets the exception; the one after tries again.

    The random values that are drawn while a result is made depend on the seed and on its name, not on which check asks
    first.
    """

    def __init__(self, seed: int, resources: Resources | None = None) -> None:
        self._seed = seed
        self._futures: dict[str, Future[Any]] = {}
        self._measured: set[str] = set()
        self._lock = threading.Lock()
        self._ending = resources.ending if resources else threading.Event()
        self._waits = resources.programs.waits if resources else Waits()

    def once(
        self, name: str, make: Callable[[], Thing], *, is_usable: Callable[[Thing], bool] = lambda _: True
    ) -> Thing:
        """Return the result of this name. Call `make` unless the result is there or another thread is making it.

        A result that an earlier check has left unusable is made anew.
        """
        thing = self._once(name, make)
        if not is_usable(thing):
            self._futures.pop(name, None)
            thing = self._once(name, make)
        return thing

    def measured(self, name: str, measure: Callable[[], Thing]) -> Thing:
        """Return a measurement of this name, as `once` does. A check that fails by it is asked again with a new one."""
        self._measured.add(name)
        return self.once(name, measure)

    def known(self, name: str) -> Any:
        """Return the result of this name if it is there; None while it isn't, and where it failed."""
        future = self._futures.get(name)
        return future.result() if future is not None and future.done() and future.exception() is None else None

    def begin_check(self) -> None:
        """Forget which measurements the check before has used."""
        self._measured.clear()

    def forget_measured(self) -> None:
        """Forget the measurements that the check at hand has used, so that they are made anew."""
        for name in self._measured:
            self._futures.pop(name, None)

    def _once(self, name: str, make: Callable[[], Thing]) -> Thing:
        from concurrent.futures import Future  # imported while the service starts

        with self._lock:
            is_missing = name not in self._futures
            future = self._futures.setdefault(name, Future())
        if is_missing:
            self._fulfil(future, name, make)
        try:
            with self._waits.named("what was begun earlier", thread=name):
                thing: Thing = future.result()
        except BaseException:
            self._futures.pop(name, None)
            raise
        return thing

    def begin(self, name: str, make: Callable[[], object]) -> Future[Any]:
        """Begin in a background thread to make a slow result, which a check will later get by `once`."""
        from concurrent.futures import Future

        with self._lock:
            if name in self._futures:
                return self._futures[name]
            future = self._futures[name] = Future()
        threading.Thread(target=self._fulfil, args=(future, name, make), name=name, daemon=True).start()
        return future

    def pause(self, seconds: float) -> None:
        """Wait for some seconds; raises Failed when `end` is called before they have passed."""
        with self._waits.named("letting time pass", seconds):
            ended = self._ending.wait(seconds)
        if ended:
            raise Failed("ended meanwhile", expected="a result")

    def end(self, stop: Callable[[], None]) -> None:
        """Wait until no result is unfinished. Call `stop` over and over, as the unfinished ones may start programs."""
        self._ending.set()
        if not self._futures:
            return
        from concurrent.futures import wait

        while unfinished := [future for future in list(self._futures.values()) if not future.done()]:
            stop()
            wait(unfinished, timeout=AGAIN)

    def _fulfil(self, future: Future[Any], name: str, make: Callable[[], object]) -> None:
        try:
            with drawing_for(self._seed, name):
                future.set_result(make())
        except BaseException as found:  # noqa: BLE001 - the check that asks for the result gets the exception
            future.set_exception(found)
