"""The time that one reader waits for one page, measured in short batches that can be compared by the decision rule."""

from __future__ import annotations

import time
from statistics import median
from types import TracebackType
from typing import Self

from grader.errors import Failed
from grader.http_client.kept import KeptConnection
from grader.load.comparison import ALL, Comparison, Half, Verdict, compare
from grader.load.cpu import Reading, cores_between, machine_seconds, tree_seconds
from grader.service.server import Service

SECONDS = 0.2
"""How long a batch is, in seconds."""
FEWEST = 15
"""How many answers a batch has at least, unless they take too long."""
MOST_SECONDS = 2.0
MORE_TRIES = 3
PAUSE = 1.5
"""Seconds before another try, so that a moment of noise may end."""


class Reader:
    """One client that asks one service for one page, again and again, on one connection if the service keeps it."""

    def __init__(self, service: Service, target: str) -> None:
        self.service = service
        self.target = target
        self._connection = KeptConnection(service.port.number)
        self._exchange = self._connection.written("GET", target)
        self.line = self._exchange.line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def batch(self) -> Half:
        """Ask for a while, and return the median of the milliseconds that an answer took."""
        before = self._reading()
        waits: list[float] = []
        while not _is_enough(waits, time.monotonic() - before.at):
            answer = self._connection.ask(self._exchange)
            if answer.code != 200:
                raise Failed(answer.reply.summary, expected="200", request=self._exchange.line)
            waits.append(answer.seconds)
        return Half(median(waits) * 1000, cores_between(before, self._reading()).other)

    def _reading(self) -> Reading:
        service = tree_seconds(self.service.process.pid)
        return Reading(time.monotonic(), service, time.process_time(), machine_seconds())


def compare_waits(a: Reader, b: Reader, threshold: float) -> Comparison:
    """Tell whether a reader B waits more than `threshold` times as long as a reader A.

    A batch is short, so a moment in which others use the machine spoils it easily. Then the kit tries again.
    """
    a.batch(), b.batch()  # the first requests of a service are slow for reasons of their own
    found = compare(a.batch, b.batch, threshold)
    for _ in range(MORE_TRIES):
        if found.verdict is not Verdict.UNCLEAR or len(found.pairs) == ALL:
            break
        time.sleep(PAUSE)
        found = compare(a.batch, b.batch, threshold)
    return found


def _is_enough(waits: list[float], seconds: float) -> bool:
    return seconds >= MOST_SECONDS or (seconds >= SECONDS and len(waits) >= FEWEST)
