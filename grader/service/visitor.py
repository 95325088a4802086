"""Another program that uses a project's database again and again, for a few milliseconds each time."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from grader.service.database import Database, begin, is_wal

HELD = 0.004
"""Seconds for which the visitor holds its lock each time."""
FREE = 0.001
"""Seconds between two of its locks."""
LONGEST = 1.0
"""Seconds after which the visitor goes, however long the block takes (clause K6 promises 2)."""
HURRY = 0.05
"""Seconds that the visitor waits for a lock before it tries again."""


@contextmanager
def visited(database: Database) -> Iterator[None]:
    """Lock the database during the block again and again, alternately for reading and for writing.

    Requests then meet in the middle of their transactions much more often than otherwise: a commit has to wait for the
    reader, and meanwhile others begin. In WAL mode a reader keeps nobody waiting, so there every lock is for writing.
    """
    connection = database.open("rw", check_same_thread=False, isolation_level=None, timeout=HURRY)
    leaving = threading.Event()
    visitor = threading.Thread(target=_visit, args=[connection, leaving])
    visitor.start()
    try:
        yield
    finally:
        leaving.set()
        visitor.join()


def _visit(connection: sqlite3.Connection, leaving: threading.Event) -> None:
    until = time.monotonic() + LONGEST
    with closing(connection):
        wal: bool | None = None
        for turn in itertools.count():
            with contextlib.suppress(sqlite3.Error):  # the server may be quicker; the next turn may be the visitor's
                wal = is_wal(connection) if wal is None else wal
                begin(connection, reading=not wal and turn % 2 == 0)
                time.sleep(HELD)
            with contextlib.suppress(sqlite3.Error):
                connection.rollback()
            if leaving.wait(FREE) or time.monotonic() > until:
                break
