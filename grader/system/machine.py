"""What the machine is short of: open files, threads, processes, memory, space. A check that fails then says nothing."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from pathlib import Path

SPARE = 8
"""How many files the kit must be able to open beside those that it has open."""
LEAST_FREE = 1024 * 1024
"""Bytes that must be free on the file system with the data."""
OWN_SHARE = 64 * 1024 * 1024
"""Bytes that the programs of one project may have written before a full file system counts as their own deed."""
MOST_LOOKED_AT = 10_000
"""Entries of the run's folder that are looked at to add up what the project has written."""
REASONS = {
    errno.EMFILE: "the kit has too many open files",
    errno.ENFILE: "the machine has too many open files",
    errno.ENOMEM: "the machine has no memory left",
    errno.ENOBUFS: "the machine has no memory left for connections",
    errno.ENOSPC: "a file system is full",
    errno.EDQUOT: "the user's share of a file system is used up",
}
THREADS = "the machine starts no more threads or processes"


def shortage_behind(error: BaseException | None) -> str:
    """Return what the machine was short of, if that is what an exception came from; empty otherwise."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in REASONS:
            return REASONS[error.errno]
        if isinstance(error, MemoryError):
            return REASONS[errno.ENOMEM]
        if isinstance(error, RuntimeError) and "start new thread" in str(error):
            return THREADS
        error = error.__cause__ or error.__context__
    return ""


def shortage_now(folder: Path) -> str:
    """Try what the kit needs, and return what the machine is short of at this moment; empty where nothing lacks.

    `folder` holds the data of the run. Where its programs themselves have filled the file system, nothing lacks.
    """
    try:
        with contextlib.ExitStack() as closing:
            for _ in range(SPARE):
                closing.callback(os.close, os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
        space = os.statvfs(folder)
    except (OSError, RuntimeError, MemoryError) as error:
        return shortage_behind(error)
    if space.f_bavail * space.f_frsize < LEAST_FREE and _written(folder) < OWN_SHARE:
        return f'the file system of "{folder.parent}" is full'
    return ""


def _written(folder: Path) -> int:
    """Add up the bytes that the files below a folder take."""
    total, looked, waiting = 0, 0, [folder]
    while waiting and looked < MOST_LOOKED_AT:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as found:
            for entry in found:
                looked += 1
                total += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
    return total
