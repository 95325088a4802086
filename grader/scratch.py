"""Folders for one run of the kit, and the traces of runs that were killed, which the next run removes."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader import tree

PREFIX = "kit-run-"
MEMORY = Path("/dev/shm")
ENOUGH = 256 * 1024 * 1024
HARMLESS = re.compile(r"[A-Za-z0-9._/-]+")


class Scratch:
    """A folder of its own for one run; it records what was started, so that nothing is left after a crash.

    With `memory`, the folder lies on a memory file system where there is one with room.
    """

    def __init__(self, *, memory: bool = True) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_place(memory=memory)))
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._count = 0

    def fresh(self, name: str) -> Path:
        """Name a folder that doesn't exist yet."""
        self._count += 1
        return self.folder / f"{name}-{self._count}"

    def record(self, pid: int) -> None:
        """Remember a started process until the run has ended in order."""
        with (self.folder / "started").open("a") as book:
            book.write(json.dumps([pid, tree.started_at(pid)]) + "\n")

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def sweep() -> None:
    """End the processes and remove the folders of runs that no longer exist."""
    for place in {_place(memory=True), _place(memory=False)}:
        for folder in place.glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError), (folder / "lock").open("r+b") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                tree.kill(_survivors(folder))
                shutil.rmtree(folder, ignore_errors=True)


def _survivors(folder: Path) -> Iterator[int]:
    """Yield the recorded processes, and their groups, that are still the ones that were started."""
    with contextlib.suppress(OSError):
        for line in (folder / "started").read_text().splitlines():
            pid, started = json.loads(line)
            if started is not None and tree.started_at(pid) == started:
                yield from {pid, *tree.group(pid), *tree.descendants(pid)}


def _place(*, memory: bool) -> Path:
    if memory and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        return MEMORY
    place = Path(tempfile.gettempdir())
    return place if HARMLESS.fullmatch(str(place)) else Path("/tmp")
