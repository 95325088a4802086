"""What a commit costs: a disk that is asked to keep something, SQLite in its modes, and many writers at once."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from grader.system.resources import Resources

PAGE = b"x" * 4096
PATIENCE = 60.0
"""Seconds that a writer waits for the others, at most."""
INSERT = "INSERT INTO messages (text) VALUES (?)"
TEXT = "Who brings the map?"


class Mode(NamedTuple):
    """How SQLite keeps a commit: its journal, and how often it waits for the disk."""

    journal: str
    synchronous: str

    @property
    def name(self) -> str:
        return f"{self.journal}, {self.synchronous}"


DEFAULT = Mode("DELETE", "FULL")
MODES = (DEFAULT, Mode("WAL", "FULL"), Mode("WAL", "NORMAL"), Mode("WAL", "OFF"))
"""From the one that promises most to the one that promises least."""


class Places:
    """A folder on the disk and one in memory. `close` removes them."""

    def __init__(self) -> None:
        self._disk, self._memory = Resources(memory=False), Resources()

    @property
    def disk(self) -> Path:
        """A new folder on the disk."""
        return self._made(self._disk)

    @property
    def memory(self) -> Path:
        """A new folder in memory, where this machine has room there."""
        return self._made(self._memory)

    def close(self) -> None:
        """Remove what was written."""
        self._disk.close()
        self._memory.close()

    @staticmethod
    def _made(resources: Resources) -> Path:
        folder = resources.fresh("commits")
        folder.mkdir(exist_ok=True)
        return folder


def sync_ms(folder: Path, count: int) -> list[float]:
    """Write a page to a file and wait until it is kept, so many times; return the milliseconds of each."""
    found = []
    with (folder / "page").open("wb", buffering=0) as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(PAGE)
            os.fsync(file.fileno())
            found.append(1000 * (time.perf_counter() - began))
    return found


def commits_per_second(folder: Path, mode: Mode, seconds: float, *, rows: int = 1) -> float:
    """Insert rows, so many in each transaction, and return how many transactions per second one writer commits."""
    with _database(folder / f"{mode.journal}-{mode.synchronous}-{rows}.db", mode) as connection:
        count, end = 0, time.perf_counter() + seconds
        began = time.perf_counter()
        while time.perf_counter() < end:
            connection.execute("BEGIN")
            connection.executemany(INSERT, [(TEXT,)] * rows)
            connection.execute("COMMIT")
            count += 1
        return count / (time.perf_counter() - began)


def many_writers(
    folder: Path, mode: Mode, writers: int, seconds: float, *, queue: bool = False
) -> tuple[float, list[float]]:
    """Let writers insert at the same time, each on a connection of its own.

    Return the commits per second of all, and the milliseconds that each commit took, waiting included. With `queue`,
    a writer first waits for its turn in this process; without, each asks the database until it is free, as SQLite does.
    """
    path = folder / f"{writers}-{queue}.db"
    turn: contextlib.AbstractContextManager[object] = _Queue() if queue else contextlib.nullcontext()
    waits: list[float] = []
    start = threading.Barrier(writers + 1)

    def write() -> None:
        with _database(path, mode) as connection:
            start.wait()
            while time.perf_counter() < end[0]:
                began = time.perf_counter()
                with turn:
                    connection.execute("BEGIN IMMEDIATE")
                    connection.execute(INSERT, (TEXT,))
                    connection.execute("COMMIT")
                waits.append(1000 * (time.perf_counter() - began))

    end = [0.0]
    with _database(path, mode):
        threads = [threading.Thread(target=write) for _ in range(writers)]
        for thread in threads:
            thread.start()
        began = time.perf_counter()
        end[0] = began + seconds
        start.wait()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
    return len(waits) / took, waits


def share_below(waits: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return the waits in order, and for each the share of all that took no longer."""
    ordered = sorted(waits)
    return ordered, [place / len(ordered) for place in range(1, len(ordered) + 1)]


class _Queue:
    """A lock that is given to those who wait in the order in which they came."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[threading.Event] = []
        self._busy = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        mine.wait()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.pop(0).set()
            else:
                self._busy = False


@contextmanager
def _database(path: Path, mode: Mode) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode.journal}")
        connection.execute(f"PRAGMA synchronous = {mode.synchronous}")
        connection.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        yield connection
