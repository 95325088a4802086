"""One thing that a provider tells a service: how it is written, what there is to see, and what an answer means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.errors import Failed
from grader.http_client.client import Reply
from grader.webhooks.twilio import Delivery

Came = Reply | Failed
"""An answer, or what came instead of one."""


@dataclass(frozen=True)
class Verdict:
    """What an answer means to those who wait for it; `fine` when it is the one that was due."""

    fine: bool
    who: str
    said: tuple[str, ...]


def fine(who: str, *said: str) -> Verdict:
    """Say what the right answer leads to."""
    return Verdict(fine=True, who=who, said=said)


def wrong(who: str, *said: str) -> Verdict:
    """Say what becomes of an answer that isn't the one that was due."""
    return Verdict(fine=False, who=who, said=said)


@dataclass(frozen=True)
class Event:
    """Something to deliver, once or several times.

    `write` gets the number of a delivery, from 0; `proof` is a word and what it stands for: signed over what, or
    forged in which way.
    """

    sent: tuple[str, ...]
    proof: tuple[str, str]
    write: Callable[[int], Delivery]
    judge: Callable[[Came], Verdict]
    patience: float
