"""Events that a provider sends to a service, and verdicts on the service's answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.errors import Failed
from grader.http_client.reply import Reply
from grader.webhooks.twilio import Delivery

Came = Reply | Failed
"""An answer, or the failure that came instead of one."""


@dataclass(frozen=True)
class Verdict:
    """What an answer means: `fine` when it is the right one, `who` received it, and `said` are the lines to show."""

    fine: bool
    who: str
    said: tuple[str, ...]


def fine(who: str, *said: str) -> Verdict:
    """Make the verdict on a right answer."""
    return Verdict(fine=True, who=who, said=said)


def wrong(who: str, *said: str) -> Verdict:
    """Make the verdict on a wrong answer."""
    return Verdict(fine=False, who=who, said=said)


@dataclass(frozen=True)
class Event:
    """An event of a provider, to deliver once or several times.

    `sent` are the lines that describe it. `write` makes the request for a delivery, whose number counts from 0. `judge`
    makes the verdict on an answer. `proof` is `signed` with what the signature covers, or `forged` with how.
    `patience` is how long the kit waits for an answer, in seconds.
    """

    sent: tuple[str, ...]
    proof: tuple[str, str]
    write: Callable[[int], Delivery]
    judge: Callable[[Came], Verdict]
    patience: float
