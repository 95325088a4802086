"""Copies rows inside a database file, so that a service has a long history without being sent one.

Sending thousands of messages takes a minute or more. The kit knows no table by name: the table of messages is the one
that grew when some were sent. Its columns may be any.
"""

from __future__ import annotations

import random
import sqlite3
import string
from collections.abc import Mapping
from itertools import islice
from typing import Any

from grader.chat.api import Chat
from grader.service.server import Service


def grown_table(before: Mapping[str, int], after: Mapping[str, int], sent: int) -> str | None:
    """Name the only table that got a row for at least half of the messages that were sent; None unless there is one."""
    tables = [name for name, count in after.items() if count - before.get(name, 0) >= sent // 2]
    return tables[0] if len(tables) == 1 else None


def shows_many(service: Service, sent: int) -> bool:
    """Tell whether the service lists half as many messages again as were sent to it, each of them once."""
    pages = sent * 3 // 200
    return len({str(one) for page in islice(Chat(service).pages(limit=100), pages) for one in page.ids}) == pages * 100


def copy_rows(connection: sqlite3.Connection, table: str, total: int) -> None:
    """Copy the newest row until there are `total` rows. So the copies come after all others, by their time too.

    Raises sqlite3.Error where rows of this table can't be copied.
    """
    connection.create_function("another", 1, _another)
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
        [total - count],
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


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
