"""Delivers one event several times at the same moment, again and again, and counts what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from grader.assertions.entries import Listing
from grader.assertions.json_values import counted
from grader.http_client.client import PATIENCE
from grader.http_client.reply import Reply
from grader.testdata.random_values import words
from grader.text.shell import side_by_side
from grader.webhooks.phone import Phone
from grader.webhooks.twilio import Parameters


@dataclass(frozen=True)
class Raced:
    """The results of several rounds. In each, the kit delivered one event several times at the same moment."""

    refused: Listing
    """The deliveries whose answer was no success."""
    wrong: Listing
    """The events that became no message, or several."""


def race(phone: Phone, count: int, *, locked: Sequence[float], locking: Callable[[float], Any]) -> Raced:
    """Deliver events in several rounds, each event `count` times at once, and count its messages after each answer.

    `locked` has one entry for each round: the seconds for which the database is locked. `locking` gets these seconds
    and returns the context manager in which the deliveries of the round run.
    """
    refused: list[str] = []
    wrong: list[str] = []
    request = ""
    with ThreadPoolExecutor(count) as pool:
        for number, seconds in enumerate(locked, 1):
            body = words()
            deliver = partial(_deliver_and_list, phone, phone.write(body), body, threading.Barrier(count), seconds)
            with locking(seconds):
                seen = [one.result() for one in [pool.submit(deliver) for _ in range(count)]]
            request = side_by_side(seen[0][0].request, count)
            refused += [f"{fault} in round {number}" for reply, _ in seen if (fault := phone.fault_of_answer(reply))]
            odd = {*(times for _, times in seen), int(phone.messages(body))} - {1}
            wrong += [f"{counted(max(odd))} in round {number}"] if odd else []
    return Raced(
        Listing(refused, request=request, what="delivery whose answer is no success"),
        Listing(wrong, request=request, what="event with more or less than one message"),
    )


def _deliver_and_list(
    phone: Phone, message: Parameters, body: str, barrier: threading.Barrier, locked: float
) -> tuple[Reply, int]:
    barrier.wait()
    reply = phone.deliver(message, patience=PATIENCE + locked)
    return reply, int(phone.messages(body))
