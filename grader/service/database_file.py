"""Opening an SQLite file that a learner's server wrote: each look has an end, and harms no file.

A rollback journal may name a further file, the journal of a transaction over several databases. Whoever opens the
database for writing rolls back, and then removes that file. Nobody checks whether it is a journal at all. So the kit
opens no database for writing whose journal names a file. What a killed server left, it looks at in a copy without the
name.
"""

from __future__ import annotations

import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from grader.errors import Failed

JOURNAL, LOG = "-journal", "-wal"
PATIENCE = 5.0
"""Seconds to wait for a lock."""
LONGEST = 30.0
"""Seconds that the statements of one connection may compute, all together with what comes between them."""
STEPS = 200_000
"""Steps of SQLite's own machine after which it looks at the clock."""
MAGIC = bytes.fromhex("d9d505f920a163d7")
"""The end of a journal that names another file: a page number, the name, its length, a sum, and this."""
AROUND_THE_NAME = 4 + 4 + 4 + len(MAGIC)
COMMITTING = 1.0
"""Seconds for which a transaction over several databases may stand in the middle of its commit."""
LARGEST_COPY = 256 * 1024 * 1024


def connect(path: Path, mode: str, *, limited: bool = False, **options: Any) -> sqlite3.Connection:
    """Open a database with SQLite's `mode`, `ro` or `rw`; raises Failed.

    With `writable_schema`, SQLite reads what it understands of a schema, and doesn't complain of a view that only a
    newer SQLite can read. The kit writes nothing. A `limited` connection gives up after `LONGEST` seconds.
    """
    _require_file(path)
    if mode == "rw":
        _require_harmless(journal(path))
    uri = f"file://{quote(str(path))}?mode={mode}"
    try:
        connection = sqlite3.connect(uri, uri=True, **{"timeout": PATIENCE, **options})
        connection.execute("PRAGMA writable_schema = ON")
    except sqlite3.Error as error:
        raise Failed(f"{error} ({path.name})", expected="a database file that can be opened") from None
    if limited:
        deadline = time.monotonic() + LONGEST
        connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
    return connection  # type: ignore[no-any-return]


@contextmanager
def rolled_back(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy of a database that a killed server left, rolled back to its last commit; raises Failed."""
    _require_file(path)
    with tempfile.TemporaryDirectory(prefix="kit-database-") as place:
        copy = Path(place, "database")
        for source, target in ((path, copy), (journal(path), journal(copy))):
            if source.exists():
                _require_file(source)
                if source.stat().st_size > LARGEST_COPY:
                    raise Failed(
                        f"{source.name} is larger than 256 megabytes", expected="a database that can be copied"
                    )
                shutil.copyfile(source, target)
        _strip_name(journal(copy))
        with closing(connect(copy, "rw", limited=True)) as connection:
            yield connection


def journal(path: Path) -> Path:
    """Return the place of a database's rollback journal."""
    return path.with_name(path.name + JOURNAL)


def _require_file(path: Path) -> None:
    """Raise Failed for a pipe or a device, which SQLite would wait for, or read without end."""
    try:
        kind = path.stat().st_mode
    except OSError:
        return
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
        raise Failed(f"{path.name} is no plain file", expected="a database file that can be opened")


def _require_harmless(journal: Path) -> None:
    deadline = time.monotonic() + COMMITTING
    while _length_of_name(journal):
        if time.monotonic() > deadline:
            raise Failed(f"{journal.name} names another file", expected="a database without such a journal")
        time.sleep(0.05)


def _length_of_name(journal: Path) -> int:
    """Return how many bytes at the end of a journal name another file; 0 where none do."""
    try:
        if not stat.S_ISREG(journal.stat().st_mode):
            return 0
        with journal.open("rb") as file:
            size = file.seek(0, 2)
            if size < AROUND_THE_NAME:
                return 0
            file.seek(size - 16)
            end = file.read(16)
    except OSError:
        return 0
    length = int.from_bytes(end[:4], "big") + AROUND_THE_NAME
    return min(length, size) if end[8:] == MAGIC else 0


def _strip_name(journal: Path) -> None:
    if (length := _length_of_name(journal)) and (size := journal.stat().st_size):
        with journal.open("r+b") as file:
            file.truncate(size - length)
