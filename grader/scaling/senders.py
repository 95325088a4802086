"""Clients that write to a service with a rate limit: each has an address of its own, and keeps what was answered."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from grader.assertions.expected import STORED
from grader.http_client.kept import Answer, KeptConnection
from grader.testdata.random_values import words

AT_ONCE = 8
REFUSED = 429


@dataclass(frozen=True)
class Posted:
    """One message that a client sent, and what was answered."""

    text: str
    answer: Answer

    @property
    def accepted(self) -> bool:
        """Whether the service took it."""
        return self.answer.code in STORED

    @property
    def refused(self) -> bool:
        """Whether the service refused it as one too many."""
        return self.answer.code == REFUSED


@dataclass
class Sender:
    """One client. `source` is its address; empty stands for the usual one."""

    port: int
    source: str = ""
    posted: list[Posted] = field(default_factory=list)
    name: str = field(default_factory=words)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def post(self, headers: dict[str, str] | None = None, author: str = "") -> Posted:
        """Send one message on a new connection."""
        text = f"{self.name} {next(self._numbers)}"
        with KeptConnection(self.port, source=self.source, keep=False) as connection:
            members = {"text": text, **({"author": author} if author else {})}
            posted = Posted(text, connection.post("/messages", members, headers))
        self.posted.append(posted)
        return posted

    def get(self) -> Answer:
        """Read the newest messages."""
        with KeptConnection(self.port, source=self.source, keep=False) as connection:
            return connection.get("/messages")

    def burst(self, each: int) -> None:
        """Send `each` messages on eight connections at a time, as fast as they are answered."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda _: [self.post() for _ in range(each)], range(AT_ONCE)))

    def flood(self, seconds: float, pause: float, post: Callable[[], object] | None = None) -> None:
        """Send messages for some seconds, eight at the same moment, with a pause between; `post` sends one."""
        deadline = time.monotonic() + seconds
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while time.monotonic() < deadline:
                list(pool.map(lambda _: (post or self.post)(), range(AT_ONCE)))
                time.sleep(pause)

    def until_refused(self, most: int) -> Posted:
        """Send messages one after the other until one is refused, at most so many. Return the last."""
        for _ in range(most):
            posted = self.post()
            if not posted.accepted:
                break
        return posted


def has_address(source: str) -> bool:
    """Tell whether this machine can send from another loopback address."""
    with closing(socket.socket()) as probe:
        try:
            probe.bind((source, 0))
        except OSError:
            return False
    return True


def most_accepted(posted: list[Posted], seconds: float) -> int:
    """Return how many messages were certainly accepted within some window of so many seconds.

    Between the moment at which a message was sent and the moment at which its answer had come, nobody knows when it was
    accepted. So only those count that were sent and answered inside of the window.
    """
    accepted = [one.answer for one in posted if one.accepted]
    return max(
        (
            sum(first.sent <= one.sent and one.received <= first.sent + seconds for one in accepted)
            for first in accepted
        ),
        default=0,
    )
