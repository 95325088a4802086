"""Reads SQLite's write-ahead log, and rebuilds the database as it was after each commit.

The log holds every commit in order as long as no checkpoint moves them into the database file (SQLite's file format,
section 4). The database file and the log up to the end of one commit are what a kill right after this commit leaves
behind. So the kit doesn't need to kill a program at the right moment.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.project import handed_files
from grader.service import database_file
from grader.system import trees

HEADER = struct.Struct(">8I")
FRAME = struct.Struct(">6I")
MAGIC = (0x377F0682, 0x377F0683)
LOG = "-wal"
LARGEST_LOG = 256 * 1024 * 1024
COMPANIONS = (LOG, "-shm", "-journal")
"""The endings of the files that SQLite writes beside a database."""


@contextmanager
def recording(path: Path) -> Iterator[None]:
    """Keep every commit to the database at `path` during the block in its write-ahead log.

    A transaction that reads keeps SQLite from moving commits into the database file. Commits that the log holds already
    go into the database file first. Raises sqlite3.Error, and Failed where the database can't be opened.
    """
    with contextlib.closing(database_file.connect(path, "rw", isolation_level=None)) as reader:
        reader.execute("PRAGMA journal_mode = WAL").fetchone()
        reader.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield


def commits(path: Path) -> list[int]:
    """List the positions, in bytes, where a commit ends in the log of the database at `path`; empty without a log.

    Raises OSError where the log is no plain file, or too large.
    """
    log = path.with_name(path.name + LOG)
    content = handed_files.read(log, LARGEST_LOG) if log.exists() else b""
    if len(content) < HEADER.size:
        return []
    magic, _, page_size, _, *salts, _, _ = HEADER.unpack_from(content)
    ends = []
    length = FRAME.size + page_size
    for begin in range(HEADER.size, len(content) - length + 1, length) if magic in MAGIC else ():
        _, pages_after_commit, *its_salts, _, _ = FRAME.unpack_from(content, begin)
        if its_salts != salts:
            break
        if pages_after_commit:
            ends.append(begin + length)
    return ends


def write_state(recorded: Path, end: int, place: Path) -> None:
    """Write the recorded database, with its log up to `end`, to `place`: one file in the mode of a rollback journal."""
    for companion in COMPANIONS:
        place.with_name(place.name + companion).unlink(missing_ok=True)
    shutil.copyfile(recorded, place)
    log = handed_files.read(recorded.with_name(recorded.name + LOG), LARGEST_LOG)
    place.with_name(place.name + LOG).write_bytes(log[:end])
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = DELETE").fetchone()


def only_database(before: Path, after: Path, path: Path) -> bool:
    """Tell whether two states of a folder differ only in the database at `path`.

    If other files differ too, the database alone isn't what a kill leaves behind. Empty files, such as lock files,
    don't count.
    """
    own = {path.name, *(path.name + companion for companion in COMPANIONS)}
    return _others(before, own) == _others(after, own)


def _others(folder: Path, own: set[str]) -> dict[Path, tuple[bytes, int]]:
    """Return a digest and the size of each file that isn't empty. Of a large file, its beginning counts."""
    found = {}
    for path in trees.files(folder):
        if path.is_file() and path.name not in own:
            content, size = handed_files.beginning(path, handed_files.LARGE)
            if size:
                found[path.relative_to(folder)] = hashlib.sha256(content).digest(), size
    return found
