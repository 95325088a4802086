"""Hunts for pages that are too old: in turn, in bursts, and one race step by step."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import sqrt

from grader.assertions.entries import Listing
from grader.assertions.expected import STORED
from grader.http_client.client import AS_JSON
from grader.http_client.kept import Answer, KeptConnection
from grader.scaling.races import hunt_in_bursts
from grader.scaling.staleness import Effort, hunt_in_turn
from grader.scaling.write_paths import WritePath
from grader.service.server import Service

from .lanes import Race, Span

Hunt = Callable[[Service, list[WritePath], Effort], Listing]
HUNTS: dict[str, Hunt] = {"in turn": hunt_in_turn, "in bursts": hunt_in_bursts}
"""The kit's own hunts: one write and then reads, again and again, and many of both at the same moment."""
SURE = 1.96
"""Standard deviations within which 95 of 100 samples lie."""
PAGE = "/messages"


@dataclass(frozen=True)
class Hunted:
    """What a hunt found: how many accepted messages a later read didn't show, of how many that were written."""

    stale: int
    writes: int

    @property
    def share(self) -> float:
        """The share of the writes that a later read didn't show."""
        return self.stale / self.writes

    @property
    def range(self) -> tuple[float, float]:
        """The shares between which the true one lies, 95 times of 100 (Wilson, 1927)."""
        n, p = self.writes, self.share
        middle = p + SURE**2 / (2 * n)
        around = SURE * sqrt(p * (1 - p) / n + SURE**2 / (4 * n**2))
        return max(0.0, middle - around) / (1 + SURE**2 / n), (middle + around) / (1 + SURE**2 / n)


def hunt(service: Service, way: str, effort: Effort) -> Hunted:
    """Hunt for stale pages of a service in one of the ways of `HUNTS`. The kit stops when it has found a few."""
    written: list[str] = []

    def send(connection: KeptConnection, text: str) -> Answer:
        written.append(text)
        body = json.dumps({"text": text}).encode()
        return connection.ask(connection.written("POST", PAGE, body, dict(AS_JSON)))

    found = HUNTS[way](service, [WritePath("POST /messages", send, STORED)], effort)
    missed = {entry.partition(" (")[0] for entry in found}  # each entry: the message, and which read missed it
    return Hunted(len(missed), len(written))


def race(service: Service, later: float) -> Race:
    """Let a slow reader meet a writer, and look at the page afterwards.

    The reader asks for a page that is in no cache. The writer begins `later` seconds after it, and another reader as
    long after both.
    """
    text = "The map is here."
    with ThreadPoolExecutor(1) as pool, KeptConnection(service.port.number) as reader:
        slow = pool.submit(reader.get, PAGE)
        time.sleep(later)
        with KeptConnection(service.port.number) as other:
            stored = other.post(PAGE, {"text": text})
            slow_answer = slow.result()
            time.sleep(later)
            after = other.get(PAGE)
            log = [one for one in _log(other) if one[1] >= slow_answer.sent]
    start = slow_answer.sent

    def span(began: float, ended: float) -> Span:
        return 1000 * (began - start), 1000 * (ended - start)

    first = {what: span(began, ended) for what, began, ended in reversed(log)}
    return Race(
        reader=span(slow_answer.sent, slow_answer.received),
        question=first["database"],
        writer=span(stored.sent, stored.received),
        stored=first["commit"][1],
        kept=first["keep"][1],
        later=span(after.sent, after.received),
        is_stale=text.encode() not in after.content,
    )


def calls(service: Service) -> list[tuple[float, float]]:
    """Return when each call of the database began and ended, in seconds of the monotonic clock."""
    with KeptConnection(service.port.number) as connection:
        return [(began, ended) for what, began, ended in _log(connection) if what == "database"]


def _log(connection: KeptConnection) -> list[tuple[str, float, float]]:
    found: list[tuple[str, float, float]] = json.loads(connection.get("/log").content)
    return found
