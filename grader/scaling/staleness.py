"""Hunts for stale answers: a read that began after a write was answered, and that doesn't show the write.

A cache goes wrong in two ways. It may not hear of a write at all: of one that came another way, or that another process
took. Writing and reading in turn finds that. Or a reader that was slow puts an old page back after the write: only
bursts find that, several writes at the same moment while readers read pages that take long.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from grader.assertions.entries import Listing
from grader.chat.messages import read_page
from grader.errors import Failed
from grader.http_client.kept import Answer, KeptConnection
from grader.scaling.write_paths import REFUSING, WritePath
from grader.service.server import Service
from grader.testdata.random_values import words

READERS = 8
WRITERS = 8
PAGE = "/messages?limit=100"
MOST_FOUND = 5


@dataclass(frozen=True)
class Effort:
    """How long to hunt: rounds of writing and reading in turn, races, bursts, and the seconds that either may take."""

    rounds: int
    races: int
    bursts: int
    seconds: float


QUICK = Effort(rounds=4, races=25, bursts=50, seconds=12.0)
FULL = Effort(rounds=10, races=100, bursts=200, seconds=45.0)


@dataclass
class Stale:
    """The writes that later reads didn't show, each with the read."""

    found: dict[str, str] = field(default_factory=dict)

    def look(self, path: WritePath, text: str, answer: Answer, written_at: float) -> None:
        """Note the write unless the answer to a later read shows it. A read that was refused says nothing."""
        if answer.code in REFUSING:
            return
        if answer.code != 200:
            raise Failed(answer.reply.summary, expected="200", request=answer.exchange.line)
        if answer.sent > written_at and text.encode() not in answer.content:
            target = answer.exchange.data.split(b" ", 2)[1].decode()
            self.found.setdefault(f"{text} ({path.name}, answered before GET {target} began)", answer.exchange.line)

    @property
    def is_plenty(self) -> bool:
        """Tell whether looking further is idle."""
        return len(self.found) >= MOST_FOUND

    def listing(self) -> Listing:
        """List what was found."""
        request = next(iter(self.found.values()), f"curl -i 'http://127.0.0.1:5000{PAGE}'")
        return Listing([*self.found], request=request, what="accepted message that a later read doesn't show")


def hunt_in_turn(service: Service, paths: list[WritePath], effort: Effort) -> Listing:
    """Read on eight connections, write, and read again on all of them, for each way in and each kind of read."""
    stale = Stale()
    with readers(service.port.number) as volley, KeptConnection(service.port.number) as writer:
        begun = _time_of_newest(writer)
        for number, path in itertools.product(range(effort.rounds), paths):
            for target in _targets(path, begun):
                text = words()
                volley(target, keep=number % 2 == 0)
                written = path.store(writer, text)
                if written is None:
                    continue
                for answer in volley(target, keep=number % 2 == 0):
                    stale.look(path, text, answer, written.received)
            if stale.is_plenty:
                break
    return stale.listing()


Volley = Callable[..., list[Answer]]


@contextmanager
def readers(port: int) -> Iterator[Volley]:
    """Open eight connections; a call reads on all of them at the same moment, on kept ones or on new ones."""
    with ThreadPoolExecutor(READERS) as pool, ExitStack() as stack:
        kept = [stack.enter_context(KeptConnection(port)) for _ in range(READERS)]
        fresh = [stack.enter_context(KeptConnection(port, keep=False)) for _ in range(READERS)]

        def volley(target: str, *, keep: bool = True) -> list[Answer]:
            return list(pool.map(lambda one: one.get(target), kept if keep else fresh))

        yield volley


def _targets(path: WritePath, begun: str) -> list[str]:
    """List what is read after a write: pages of two lengths, one from a time on, and the thread of a reply."""
    thread = [path.thread] if path.thread else []
    return ["/messages", PAGE, *([f"/messages?limit=100&since={begun}"] if begun else []), *thread]


def _time_of_newest(reader: KeptConnection) -> str:
    """Return the time of the newest message, as a query has it; empty when there is none."""
    messages = read_page(reader.get("/messages?limit=1").reply).messages
    return quote(messages[0].created_at.written, safe="") if messages else ""
