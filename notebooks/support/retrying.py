"""Clients that try again, on a clock of their own: what a stop of ten seconds makes of the load on a server.

The server serves one request after the other. Whoever finds its queue full is refused. A client that has no answer
after a while gives up and may try again; the server doesn't know that, and serves the old request as well.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass

RATE = 70.0
"""New requests per second."""
ABLE = 100.0
"""Requests per second that the server can serve."""
ROOM = 300
"""Requests for which the queue has room."""
TIMEOUT = 1.0
"""Seconds after which a client gives up."""
STOP = (10.0, 20.0)
"""When the server stands still, in seconds."""
BUDGET = 0.1
"""How many retries there may be for each new request, for those who keep a budget."""


@dataclass(frozen=True)
class Manners:
    """How clients try again: how often, after which pause (of the how-manieth retry), and whether within a budget."""

    most: int
    pause: Callable[[int, random.Random], float]
    budget: bool = False


MANNERS = {
    "try again at once": Manners(10, lambda _number, _draw: 0.0),
    "pauses of 1, 2, 4 s": Manners(3, lambda number, _draw: 2.0**number),
    "pauses, jitter, budget": Manners(3, lambda number, draw: draw.uniform(0, 2 * 2.0**number), budget=True),
}


@dataclass(frozen=True)
class Came:
    """What came in each second: new requests, all attempts, and new requests whose attempt was answered in time."""

    new: list[int]
    attempts: list[int]
    good: list[int]

    @property
    def amplification(self) -> list[float]:
        """Attempts for each new request, second by second."""
        return [attempts / new if new else 1.0 for attempts, new in zip(self.attempts, self.new, strict=True)]


def simulate(manners: Manners, seconds: int = 60, seed: int = 1) -> Came:
    """Let clients with such manners meet a server that stands still for a while."""
    draw = random.Random(seed)
    came = Came([0] * seconds, [0] * seconds, [0] * seconds)
    events: list[tuple[float, int, int]] = []
    moment = draw.expovariate(RATE)
    order = 0
    while moment < seconds:
        events.append((moment, order, 0))
        order += 1
        moment += draw.expovariate(RATE)
    heapq.heapify(events)
    ends: list[float] = []
    free_at, saved = 0.0, 0.0
    while events:
        now, _, number = heapq.heappop(events)
        if now >= seconds:
            break
        second = int(now)
        came.attempts[second] += 1
        if number == 0:
            came.new[second] += 1
            saved = min(saved + BUDGET, 10.0)
        while ends and ends[0] <= now:
            heapq.heappop(ends)
        if len(ends) < ROOM:
            free_at = _after_stop(max(now, free_at)) + 1 / ABLE
            heapq.heappush(ends, free_at)
            waits = free_at - now
        else:
            waits = float("inf")
        if waits <= TIMEOUT:
            came.good[second] += 1
            continue
        if number < manners.most and (not manners.budget or saved >= 1):
            saved -= manners.budget
            failed_at = now + (0.0 if waits == float("inf") else TIMEOUT)
            heapq.heappush(events, (failed_at + 0.01 + manners.pause(number, draw), order, number + 1))
            order += 1
    return came


def _after_stop(moment: float) -> float:
    return STOP[1] if STOP[0] <= moment < STOP[1] else moment
