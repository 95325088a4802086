"""Every state that a program's transactions leave behind, one after the other, without having to be quick.

While a write-ahead log is kept from being folded in, it holds all that was committed, in order (SQLite's file format,
section 4). Cut off behind one commit, it is the database as a kill right after that commit leaves it.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HEADER = struct.Struct(">8I")
FRAME = struct.Struct(">6I")
MAGIC = (0x377F0682, 0x377F0683)
LOG = "-wal"
COMPANIONS = (LOG, "-shm", "-journal")


@contextmanager
def recording(path: Path) -> Iterator[None]:
    """Keep a log of everything that others commit to the database at `path` meanwhile; raises sqlite3.Error.

    What a log holds already, as somebody left it there, goes into the database first.
    """
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("PRAGMA journal_mode = WAL").fetchone()
        reader.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield


def commits(path: Path) -> list[int]:
    """List where in the log of the database at `path` each commit ends, in bytes; empty where there is no log."""
    log = path.with_name(path.name + LOG)
    content = log.read_bytes() if log.exists() else b""
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
    """Write to `place`, as one file in the usual journal mode, the recorded database as its log up to `end` says."""
    for companion in COMPANIONS:
        place.with_name(place.name + companion).unlink(missing_ok=True)
    shutil.copyfile(recorded, place)
    log = recorded.with_name(recorded.name + LOG).read_bytes()
    place.with_name(place.name + LOG).write_bytes(log[:end])
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = DELETE").fetchone()


def only_database(before: Path, after: Path, path: Path) -> bool:
    """Tell whether between two states of a folder nothing came, went or changed but the database at `path` in it.

    Else the database alone is not what a kill leaves behind. Empty files, as locks are, don't matter.
    """
    own = {path.name, *(path.name + companion for companion in COMPANIONS)}
    return _others(before, own) == _others(after, own)


def _others(folder: Path, own: set[str]) -> dict[Path, bytes]:
    files = [file for file in folder.rglob("*") if file.is_file() and file.name not in own]
    return {file.relative_to(folder): content for file in files if (content := file.read_bytes())}
