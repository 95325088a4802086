"""Gives a service a long history: copies of the rows that its own messages made, or else more messages.

Sending 64,000 messages takes a minute or more. So the kit sends a thousand, and copies their rows inside the database
file. It knows no table by name: the table of messages is the one that grew. Where that is not so simple, as with a
second table that grew as much, the kit sends messages as long as there is time.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import string
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import Any

from grader.chat.api import Chat
from grader.errors import Failed, NotChecked
from grader.harness.harness import Harness
from grader.http_client.kept import KeptConnection
from grader.scaling.write_paths import REFUSING
from grader.service.server import Service
from grader.testdata.random_values import words

FEW, MANY = 1_000, 64_000
FEWEST = 8_000
"""Below so many messages, a long history isn't long."""
SENDERS = 8
SEND_WITHIN = 40.0
TEXT = 40
PAGES = 15
"""Pages of a hundred that must be there after the rows were copied: more than were sent."""


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
    grown = {name: count - before.get(name, 0) for name, count in _rows(short).items()}
    long, number = _with_copied_rows(harness, short, grown), MANY
    if long is None:
        long = _on_a_copy(harness, short)
        long.start()
        number = FEW + _send(long.port.number, MANY - FEW, SEND_WITHIN)
    if number < FEWEST:
        raise NotChecked(f"Only {number:,} messages could be stored within {SEND_WITHIN:.0f} s.", because="project")
    short.start()
    return short, long, number


def _with_copied_rows(harness: Harness, short: Service, grown: dict[str, int]) -> Service | None:
    """Start a service on a copy of the data with 64,000 messages; None where rows can't be copied."""
    tables = [name for name, count in grown.items() if count >= FEW // 2]
    if len(tables) != 1:
        return None
    service = _on_a_copy(harness, short)
    try:
        with closing(sqlite3.connect(service.database.path)) as connection, connection:
            connection.create_function("another", 1, _another)
            _copy_rows(connection, tables[0])
        service.start()
        if _shows_many(service):
            return service
    except (sqlite3.Error, Failed):
        pass
    service.kill()
    return None


def _on_a_copy(harness: Harness, service: Service) -> Service:
    place = harness.resources.fresh("data")
    shutil.copytree(service.data, place)
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


def _copy_rows(connection: sqlite3.Connection, table: str) -> None:
    """Copy the newest row until there are 64,000. So the copies come after all others, by their time too."""
    quoted = _quoted(table)
    columns = connection.execute(f"PRAGMA table_xinfo({quoted})").fetchall()
    keys = [name for _, name, kind, _, _, key, _ in columns if key and kind.upper() == "INTEGER"]
    lone_key = keys[0] if len(keys) == 1 and sum(bool(column[5]) for column in columns) == 1 else ""
    unique = _unique_columns(connection, quoted)
    kept = [name for _, name, _, _, _, _, hidden in columns if not hidden and name != lone_key]
    names = ", ".join(_quoted(name) for name in kept)
    own = {name: f"{quoted}.{_quoted(name)}" for name in kept}
    values = ", ".join(f"another({own[name]})" if name in unique else own[name] for name in kept)
    (count,) = connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # noqa: S608 - it is quoted
    connection.execute(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"  # noqa: S608 - quoted
        f"INSERT INTO {quoted} ({names}) SELECT {values} FROM {quoted}, numbers"
        f" WHERE {quoted}.rowid = (SELECT max(rowid) FROM {quoted})",
        [MANY - count],
    )


def _unique_columns(connection: sqlite3.Connection, quoted: str) -> set[str]:
    """Name the columns whose values must differ; raises sqlite3.Error where only several together must."""
    found = set()
    for _, index, is_unique, *_ in connection.execute(f"PRAGMA index_list({quoted})").fetchall():
        if is_unique:
            names = [name for _, _, name in connection.execute(f"PRAGMA index_info({_quoted(index)})")]
            if len(names) != 1 or names[0] is None:
                raise sqlite3.NotSupportedError("a key of several columns")
            found.add(str(names[0]))
    return found


def _another(value: Any) -> Any:
    """Make another value of the same form: digits for digits, letters for letters. NULL stays NULL."""
    if isinstance(value, str):
        return "".join(_other_character(one) for one in value)
    if isinstance(value, bytes):
        return random.randbytes(len(value))
    return random.getrandbits(62) if isinstance(value, int) else value


def _other_character(one: str) -> str:
    for kind in ("0123456789", "abcdef", "ABCDEF", string.ascii_lowercase, string.ascii_uppercase):
        if one in kind:
            return random.choice(kind)
    return one


def _shows_many(service: Service) -> bool:
    """Tell whether the service lists more messages than were sent to it, each of them once."""
    pages = islice(Chat(service).pages(limit=100), PAGES)
    return len({str(one) for page in pages for one in page.ids}) == PAGES * 100


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
