"""Senders that stop half way, one group after the other: none of them may keep a place for which others wait."""

from __future__ import annotations

import time

from grader.assertions.entries import Listing
from grader.harness.harness import Harness
from grader.scaling.senders import Sender
from grader.service.slow import Kind, held

AT_ONCE = 16
"""Senders of one group. With one connection more, they are fewer than the twenty that every service serves."""
PATH = "/messages"
RECOVERS_WITHIN = 10.0
TURN = 0.5


def refused_after_half_messages(harness: Harness, count: int) -> Listing:
    """Begin so many messages that end half way, then send whole ones until one is accepted, for 10 s at most.

    List the answer to the last one if it wasn't accepted.
    """
    service = harness.services.start()
    for _ in range(count // AT_ONCE):
        with held(service, [Kind.HALF_A_BODY] * AT_ONCE, PATH):
            pass
    sender, began = Sender(service.port.number), time.monotonic()
    while not (posted := sender.post()).accepted and time.monotonic() < began + RECOVERS_WITHIN:
        time.sleep(TURN)
    found = [] if posted.accepted else [f"{posted.answer.reply.summary} {time.monotonic() - began:.0f} s later"]
    service.kill()
    what = f"refusal after {count} messages whose senders stopped half way"
    return Listing(found, request=posted.answer.exchange.line, what=what)
