"""Holds a database so that not even readers get in: as another program does that rebuilds or repairs it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from grader.errors import NotChecked
from grader.service.database import Database, is_wal

READ_LOCKS = 123, 5
"""Where the five locks of readers lie in the file beside a write-ahead log: SQLite's "WAL-index format"."""
TAKEN_WITHIN = 2.0


@contextlib.contextmanager
def readers_held(database: Database, seconds: float) -> Iterator[None]:
    """Keep everybody from reading and writing a database, for so many seconds, however long the block takes.

    In WAL mode, readers wait for nobody. There the kit takes the locks that each reader takes for itself, and SQLite
    tries again until it gets one. Raises NotChecked where the kit can't take them.
    """
    taken = contextlib.ExitStack()
    try:
        connection = database.open("rw", isolation_level=None, check_same_thread=False, timeout=TAKEN_WITHIN)
        taken.callback(connection.close)
        if is_wal(connection):
            connection.execute("SELECT count(*) FROM sqlite_master")  # makes the file of the locks, if it isn't there
            taken.enter_context(_wal_readers_kept_out(database.path))
        else:
            connection.execute("BEGIN EXCLUSIVE")
            taken.callback(connection.rollback)
    except OSError as error:
        taken.close()
        raise NotChecked(f"The kit cannot hold this database: {error.strerror}.") from None
    except sqlite3.Error as error:
        taken.close()
        raise NotChecked(f"The kit cannot hold this database: {error}.") from None
    release = threading.Timer(seconds, taken.close)
    release.start()
    try:
        yield
    finally:
        release.join()


@contextlib.contextmanager
def _wal_readers_kept_out(path: Path) -> Iterator[None]:
    opened = os.open(f"{path}-shm", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        deadline = time.monotonic() + TAKEN_WITHIN
        while True:
            try:
                _lock(opened)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
        yield
    finally:
        os.close(opened)  # which gives the locks back


def _lock(opened: int) -> None:
    """Lock the bytes for this open file, or for this process where the system knows no other way."""
    start, length = READ_LOCKS
    of_this_file = getattr(fcntl, "F_OFD_SETLK", None)
    if of_this_file is None:
        fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
    else:
        fcntl.fcntl(opened, of_this_file, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, start, length, 0))
