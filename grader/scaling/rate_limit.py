"""What a rate limit does to a flood, to a client who sends evenly, and to those who wait as long as they are told.

All of them come at the same time, each from an address of its own, to one service with `RATE_LIMIT=20/5`. On a machine
with one loopback address, each of them gets a service.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from grader.harness.harness import Harness
from grader.harness.load_level import LoadLevel
from grader.http_client.kept import Answer, KeptConnection
from grader.scaling import retry_after
from grader.scaling.senders import Posted, Sender, has_address
from grader.scaling.write_paths import WritePath, write_paths
from grader.service.server import Service
from grader.testdata.random_values import words

MOST, SECONDS = 20, 5
"""The limit that the contract names: so many accepted messages in so many seconds."""
WINDOWS = {LoadLevel.QUICK: 3, LoadLevel.FULL: 5}
"""For how many windows the flood lasts."""
SHORT_OF = 0.5
"""Seconds by which the flood is shorter: so a limit by fixed windows never meets one window more."""
FEW, SHORT = 5, 1
"""A limit with little room for bursts: who is too strict for an even sender has refused one within 12 s."""
EVENLY = 0.8
"""The share of a limit at which an even sender sends."""
LEAST_GAP = 1.08
"""The shares of a limit between an answer and the next request of an even sender, which so never exceeds the limit."""
CATCHING_UP = 0.97
"""By how much an even sender that has come late may shorten its pauses."""
PAUSE = 0.15
FORGED_SECONDS = 4.5
OF_PROXIES = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")
"""Headers by which proxies say for whom they ask."""
WAITERS = 5
LONGEST_WAIT = 12.0
"""Seconds of Retry-After for which the kit waits."""
LATE = 0.05
TURN = 0.5


@dataclass
class Findings:
    """Everything that was sent and answered. `flood_seconds` is how long the flood lasted."""

    flood_seconds: float
    flooder: Sender
    forger: Sender
    even: Sender
    reads: list[Answer] = field(default_factory=list)
    webhooks: list[tuple[str, Answer]] = field(default_factory=list)
    neighbour: Sender | None = None
    """None where this machine has one loopback address only."""
    steady: Sender = field(default_factory=lambda: Sender(0))
    """An even sender to a service of its own, with the limit 5/1."""
    waiters: list[Sender] = field(default_factory=list)
    waited: list[tuple[Posted, float, Posted]] = field(default_factory=list)
    """A refusal, the seconds after it, and the next message of the same client."""
    too_long: list[Answer] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)

    @property
    def senders(self) -> list[Sender]:
        """All who sent messages by the API."""
        return [self.flooder, self.forger, self.even, *([self.neighbour] if self.neighbour else []), *self.waiters]


def observe(harness: Harness) -> Findings:
    """Let all of them come, for 15 or 25 seconds."""
    several = has_address("127.0.0.2")
    services = [_service(harness) for _ in range(1 if several else 3 + WAITERS)]
    number = iter(range(len(services)))

    def sender(place: int) -> Sender:
        service = services[0] if several else services[next(number, 0)]
        return Sender(service.port.number, f"127.0.0.{place}" if several else "")

    found = Findings(_seconds(harness), sender(1), sender(3), sender(4), services=services)
    paths = [one for one in write_paths(services[0], harness.credentials) if one.parent is None][1:]
    found.neighbour = sender(2) if several else None
    found.steady = Sender(_service(harness, FEW, SHORT).port.number)
    found.waiters = [sender(11 + place) for place in range(WAITERS)]
    tasks: list[Callable[[], None]] = [
        lambda: _flood(found),
        lambda: _look_on(found, paths),
        lambda: _send_evenly(found.even, SECONDS / MOST, found.flood_seconds, found.reads),
        lambda: _send_evenly(found.steady, SHORT / FEW, found.flood_seconds),
        lambda: _forge(found.forger),
        lambda: _send_beside(found),
        *(lambda one=one, place=place: _wait_and_retry(found, one, place) for place, one in enumerate(found.waiters)),
    ]
    with ThreadPoolExecutor(len(tasks)) as pool:
        running: list[Future[None]] = [pool.submit(task) for task in tasks]
    for one in running:
        one.result()
    return found


def _service(harness: Harness, most: int = MOST, seconds: int = SECONDS) -> Service:
    env = {**harness.credentials.environment(), "RATE_LIMIT": f"{most}/{seconds}"}
    return harness.services.start(env=env)


def _seconds(harness: Harness) -> float:
    return WINDOWS.get(harness.load, 3) * SECONDS - SHORT_OF


def _flood(found: Findings) -> None:
    found.flooder.burst(MOST // 4)
    found.flooder.flood(found.flood_seconds - 0.5, PAUSE)


def _look_on(found: Findings, paths: list[WritePath]) -> None:
    """Read, and deliver webhooks, from the address that floods."""
    time.sleep(TURN)
    deadline = time.monotonic() + found.flood_seconds - 2 * TURN
    while time.monotonic() < deadline:
        found.reads.append(found.flooder.get())
        for path in paths:
            with KeptConnection(found.flooder.port, source=found.flooder.source, keep=False) as connection:
                found.webhooks.append((path.name, path.send(connection, words())))
        time.sleep(TURN)


def _send_evenly(sender: Sender, apart: float, seconds: float, reads: list[Answer] | None = None) -> None:
    """Send at four fifths of a limit of one message each `apart` seconds; with `reads`, read three times in between."""
    due = time.monotonic()
    deadline = due + seconds
    while time.monotonic() < deadline:
        posted = sender.post()
        if reads is not None:
            reads += [sender.get() for _ in range(3)]
        pause = apart / EVENLY
        earliest = max(posted.answer.sent + CATCHING_UP * pause, posted.answer.received + apart * LEAST_GAP)
        due = max(due + pause, earliest)
        time.sleep(max(0.0, due - time.monotonic()))


def _send_beside(found: Findings) -> None:
    """Send a few messages from another address while the first one floods."""
    if found.neighbour is not None:
        for _ in range(MOST // 4):
            time.sleep(2 * TURN)
            found.neighbour.post()


def _wait_and_retry(found: Findings, sender: Sender, place: int) -> None:
    """Send until one is refused; some time later, when one is refused again, wait as long as told, and send one."""
    sender.until_refused(2 * MOST + 5)
    time.sleep(SECONDS / WAITERS * place * 0.9)
    refusal = sender.until_refused(2 * MOST + 5)
    seconds = retry_after.seconds_to_wait(refusal.answer) if refusal.refused else None
    if seconds is None:
        return
    if seconds > LONGEST_WAIT:
        found.too_long.append(refusal.answer)
        return
    time.sleep(seconds + LATE)
    found.waited.append((refusal, time.monotonic() - refusal.answer.received, sender.post()))


def _forge(forger: Sender) -> None:
    """Flood as somebody else each time: by what a request says of its sender, and by who wrote the message."""
    knows_authors = forger.post(author=words()).accepted
    forger.flood(FORGED_SECONDS, PAUSE, lambda: forger.post(_forged(), author=words() if knows_authors else ""))


def _forged() -> dict[str, str]:
    """Write what tells senders apart who don't forge it: an address of nobody, or of another client, and a program."""
    nobody = f"10.{random.randrange(250)}.{random.randrange(250)}.7"
    address = random.choice([nobody, nobody, "127.0.0.2", "127.0.0.4"])
    return {
        **dict.fromkeys(OF_PROXIES, address),
        "Forwarded": f"for={address}",
        "User-Agent": f"{words()}/1.0",
        "Cookie": f"session={words()}",
    }
