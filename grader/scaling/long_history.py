"""Gives a service a long history: copies of the rows that its own messages made, or else more messages.

Sending 64,000 messages takes a minute or more. So the kit sends a thousand, and copies their rows inside the database
file. It knows no table by name: the table of messages is the one that grew. Where that is not so simple, as with a
second table that grew as much, the kit sends messages as long as there is time.
"""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from grader.errors import Failed, NotChecked
from grader.harness.harness import Harness
from grader.http_client.kept import KeptConnection
from grader.load.copied_rows import copy_rows, grown_table, shows_many
from grader.scaling.write_paths import REFUSING
from grader.service.server import Service
from grader.system import trees
from grader.testdata.random_values import words

FEW, MANY = 1_000, 64_000
FEWEST = 8_000
"""Below so many messages, a long history isn't long."""
SENDERS = 8
SEND_WITHIN = 40.0
TEXT = 40


def two_histories(harness: Harness, env: dict[str, str]) -> tuple[Service, Service, int]:
    """Start two services with these settings, one with 1,000 messages, and one with 64,000 or as many as went in.

    Returns both, and the number. Raises NotChecked where that can't be done.
    """
    if not harness.project.has_new_databases:
        raise NotChecked("The kit cannot give each server a database of its own, as its url has no {data}.")
    short = harness.services.start(env=env)
    before = _rows(short)
    if _send(short.port.number, FEW, SEND_WITHIN) < FEW:
        raise NotChecked(f"{FEW:,} messages could not be stored within {SEND_WITHIN:.0f} s.", because="project")
    short.stop().in_time()
    table = grown_table(before, _rows(short), FEW)
    long, number = (_with_copied_rows(harness, short, table) if table else None), MANY
    if long is None:
        long = _on_a_copy(harness, short)
        long.start()
        number = FEW + _send(long.port.number, MANY - FEW, SEND_WITHIN)
    if number < FEWEST:
        raise NotChecked(f"Only {number:,} messages could be stored within {SEND_WITHIN:.0f} s.", because="project")
    short.start()
    return short, long, number


def _with_copied_rows(harness: Harness, short: Service, table: str) -> Service | None:
    """Start a service on a copy of the data with 64,000 messages; None where rows can't be copied."""
    service = _on_a_copy(harness, short)
    try:
        with closing(service.database.open("rw")) as connection, connection:
            copy_rows(connection, table, MANY)
        service.start()
        if shows_many(service, FEW):
            return service
    except (sqlite3.Error, Failed):
        pass
    service.kill()
    return None


def _on_a_copy(harness: Harness, service: Service) -> Service:
    place = harness.resources.fresh("data")
    try:
        trees.copy(service.data, place, most=trees.DATA)
    except OSError as error:
        raise NotChecked(f"{trees.NO_COPY}: {trees.why(error)}.", because="project") from None
    return harness.services.new(data=place, env=service.env)


def _send(port: int, count: int, seconds: float) -> int:
    """Send so many short messages on eight connections, and return how many were accepted within the time."""
    deadline = time.monotonic() + seconds
    texts = [words() for _ in range(SENDERS)]

    def send(text: str) -> int:
        accepted = 0
        with KeptConnection(port) as connection:
            for number in range(count // SENDERS):
                if time.monotonic() > deadline:
                    break
                answer = connection.post("/messages", {"text": f"{text} {number}".ljust(TEXT, ".")})
                if answer.code not in (200, 201, *REFUSING):
                    raise Failed(answer.reply.summary, expected="201 or 200", request=answer.exchange.line)
                accepted += answer.code not in REFUSING
        return accepted

    with ThreadPoolExecutor(SENDERS) as pool:
        return sum(pool.map(send, texts))


def _rows(service: Service) -> dict[str, int]:
    return service.database.rows() if service.project.has_file_database else {}
