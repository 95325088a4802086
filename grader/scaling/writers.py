"""Many writers at once, each of whom sends the next message as soon as the last one was answered."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from grader.assertions.entries import Listing
from grader.assertions.json_values import same
from grader.chat.api import Chat
from grader.errors import NotChecked, Unclear
from grader.scaling.flooded import REFUSALS, is_advice
from grader.scaling.measured import Amount
from grader.service.server import Service
from grader.testdata.random_values import words
from grader.text.values import shown

WRITERS = 16
PATIENCE = 15.0
"""Seconds that a writer waits for an answer: a message may wait for others, and for the database."""
HELD, HELD_WRITERS = 8.0, 4
"""Seconds for which another program locks the database, and how many writers wait for it meanwhile."""
SETTLING = 1.0
"""Seconds after the lock in which a service may store what it has put off, against its promise."""
LARGEST = 1024 * 1024
"""Bytes of an answer to a writer; a longer one counts as none."""
REST = 0.01
"""Seconds that a writer waits after a refusal."""
LEAST = 3
"""Messages that each writer must get stored on average, so that anything was tried."""


@dataclass(frozen=True)
class Sent:
    """A message that was answered with success: its id and text, when it was sent, and when the answer came."""

    id: Any
    text: str
    began: float
    ended: float


@dataclass
class Written:
    """What many writers sent, and what came of it.

    Every text begins with `mark`. `stored` are those answered with success. `refused` counts answers of 503 and 429
    with `Retry-After`, `errors` all other answers, by what they were. `unanswered` counts those without an answer.
    """

    line: str
    mark: str = ""
    stored: list[Sent] = field(default_factory=list)
    refused: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)


def write(service: Service, seconds: float, *, count: int = WRITERS) -> Written:
    """Let writers send messages for so many seconds, and one each at least, each on a connection of its own."""
    mark = words()
    written = Written(f"{count} writers at once: POST /messages on {service.url}", mark)
    closing = time.monotonic() + seconds
    lock = threading.Lock()
    writers = [
        threading.Thread(
            target=_write, args=(service.port.number, f"{mark} {number}", closing, written, lock), daemon=True
        )
        for number in range(count)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(seconds + 2 * PATIENCE)
    return written


def write_while_held(service: Service) -> Kept:
    """Let four writers send a message each while another program locks the database for longer than they may wait.

    Raises NotChecked where the kit can't lock it.
    """
    if not service.project.has_file_database:
        raise NotChecked("The kit cannot hold a database that is not an SQLite file.")
    Chat(service).send(words())  # so that the lists hold messages, and the database is whole
    before = service.database.rows()
    with service.database.locked(HELD):
        written = write(service, 0.0, count=HELD_WRITERS)
    written.line += f", while another program locks the database for {HELD:.0f} s"
    _write(service.port.number, f"{written.mark} afterwards", 0.0, written, threading.Lock())  # may take others along
    time.sleep(SETTLING)
    return Kept(service, written, before)


def _write(port: int, mark: str, closing: float, written: Written, lock: threading.Lock) -> None:
    """Send one message after the other until the end, and one at least."""
    number = 0
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection):
        while number == 0 or time.monotonic() < closing:
            number += 1
            text = f"{mark} {number}"
            began = time.monotonic()
            try:
                status, advice, body = _send(connection, text)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                with lock:
                    written.unanswered[type(error).__name__] += 1
                continue
            ended = time.monotonic()
            with lock:
                _count(written, status, advice, body, Sent(None, text, began, ended))
            if status in REFUSALS:
                time.sleep(REST)


def _send(connection: http.client.HTTPConnection, text: str) -> tuple[int, str, bytes]:
    if connection.sock is None:
        connection.connect()
        opened: socket.socket = connection.sock  # type: ignore[assignment] # there is one now
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.request("POST", "/messages", json.dumps({"text": text}).encode(), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    body = answer.read(LARGEST)
    if len(body) == LARGEST or answer.length:  # more would come, or it broke off
        raise http.client.IncompleteRead(body)
    return answer.status, answer.headers.get("Retry-After", ""), body


def _count(written: Written, status: int, advice: str, body: bytes, sent: Sent) -> None:
    if status in REFUSALS and is_advice(advice):
        written.refused += 1
        return
    if status not in (200, 201):
        written.errors[f"status {status}"] += 1
        return
    try:
        found = json.loads(body)["id"]
    except (ValueError, KeyError, TypeError):
        written.errors[f"status {status}, and no message with an id"] += 1
        return
    written.stored.append(Sent(found, sent.text, sent.began, sent.ended))


class Kept:
    """What became of the messages of many writers: in the list of the service and in its database."""

    def __init__(self, service: Service, written: Written, before: dict[str, int]) -> None:
        self._written = written
        self._service = service
        self._before = before
        listed = Chat(service).all(limit="100").messages
        own = {sent.text: sent for sent in written.stored}
        self._listed = [message for message in listed if str(message.text.value).startswith(written.mark)]
        self._own = own

    @property
    def enough(self) -> Amount:
        """How many messages each writer got stored; raises Unclear where there were answers, but too few of them."""
        each = len(self._written.stored) / WRITERS
        if 0 < each < LEAST and not self._written.errors:
            raise Unclear(
                f"Only {len(self._written.stored)} messages were stored: this machine or its disk is too busy."
            )
        told = [f"{self._written.refused} refused"] if self._written.refused else []
        told += [
            f"{count} x {kind}" for kind, count in (self._written.errors + self._written.unanswered).most_common(3)
        ]
        return Amount(each, what="messages stored for each writer", request=self._written.line, more=", ".join(told))

    @property
    def errors(self) -> Listing:
        """The answers that are neither a success nor a refusal with `Retry-After`, and what else went wrong."""
        found = self._written.errors + self._written.unanswered
        return self._listing([f"{count} x {kind}" for kind, count in found.most_common()], "such answer")

    @property
    def lost(self) -> Listing:
        """The acknowledged messages that the list doesn't hold, or holds with another id."""
        ids: dict[str, list[Any]] = {}
        for message in self._listed:
            ids.setdefault(str(message.text.value), []).append(message.id)
        gone = [sent for sent in self._written.stored if not any(same(one, sent.id) for one in ids.get(sent.text, ()))]
        return self._listing(
            [f"{shown(sent.id)} ({sent.text})" for sent in gone], "acknowledged message that is missing"
        )

    @property
    def surplus(self) -> Listing:
        """The listed messages of these writers that come twice, or that no answer acknowledged, though all came."""
        seen = Counter(str(message.text.value) for message in self._listed)
        twice = [text for text, count in seen.items() if count > 1]
        unknown = [] if self._written.unanswered else [text for text in seen if text not in self._own]
        return self._listing([*twice, *unknown], "message that was stored twice, or stored and not acknowledged")

    @property
    def misplaced(self) -> Listing:
        """The listed messages that stand below one that was answered before they were sent."""
        wrong = []
        newest = 0.0
        for message in reversed(self._listed):
            sent = self._own.get(str(message.text.value))
            if sent is None:
                continue
            if sent.ended < newest:
                wrong.append(f"{shown(sent.id)} ({sent.text})")
            newest = max(newest, sent.began)
        return self._listing(wrong, "message above one that was sent after its answer")

    @property
    def rows(self) -> Listing:
        """How the number of new rows differs from that of acknowledged messages: nothing where they agree."""
        stored, open_ends = len(self._written.stored), self._written.unanswered.total()
        growth = self._service.database.growth(self._before, stored)
        fine = any(stored <= rows <= stored + open_ends for rows in growth.values())
        told = [] if fine else [f"{stored} acknowledged messages, new rows: {growth.actual_text()}"]
        return self._listing(told, "difference")

    def _listing(self, entries: list[str], what: str) -> Listing:
        return Listing(entries, request=self._written.line, what=what)
