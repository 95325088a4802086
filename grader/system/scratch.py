"""The folder of one run of the kit, and the removal of what killed runs left behind."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import re
import shutil
import tempfile
from functools import partial
from pathlib import Path

from grader.errors import MachineError
from grader.system import process_tree

PREFIX = "kit-run-"
MEMORY = Path("/dev/shm")  # noqa: S108 - every folder there is made by mkdtemp
ENOUGH = 256 * 1024 * 1024
TRIES = 10
HARMLESS = re.compile(r"[A-Za-z0-9._/-]+")


class Scratch:
    """The folder of one run. It records each started process, so that the next run can end them after a crash.

    With `memory`, the folder lies on a memory file system if the machine has one with enough space.
    """

    def __init__(self, *, memory: bool = True) -> None:
        self.folder, self._lock = _locked_folder(_place(memory=memory))
        self._numbers = itertools.count(1)

    def fresh(self, name: str) -> Path:
        """Return the path of a folder that doesn't exist yet."""
        return self.folder / f"{name}-{next(self._numbers)}"

    def record(self, pid: int) -> None:
        """Record a started process in the folder."""
        with (self.folder / "started").open("a") as file:
            file.write(json.dumps([pid, process_tree.started_at(pid)]) + "\n")

    def close(self) -> None:
        """Remove the folder with everything in it. A second call does nothing."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(lock)


def sweep() -> None:
    """Kill the processes and remove the folders of runs that ended without doing so."""
    for place in {MEMORY, _place(memory=False)}:
        for folder in place.glob(f"{PREFIX}*"):
            if (lock := _lock(folder)) is not None:
                process_tree.kill_all(partial(_survivors, folder))
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


def _locked_folder(place: Path) -> tuple[Path, int]:
    """Make a folder and lock it. Try again when the sweep of another run comes between the two."""
    for _ in range(TRIES):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        if (lock := _lock(folder)) is not None:
            return folder, lock
        shutil.rmtree(folder, ignore_errors=True)
    raise MachineError(f'No file can be locked in "{place}".')


def _lock(folder: Path) -> int | None:
    """Lock a folder of this user; None when a living run has locked it, or when it is gone."""
    descriptor = None
    with contextlib.suppress(OSError):
        if folder.lstat().st_uid == os.geteuid():
            descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_ino == (folder / "lock").stat().st_ino:
                return descriptor
    if descriptor is not None:
        os.close(descriptor)
    return None


def _survivors(folder: Path) -> set[int]:
    """Find the living processes of a run: the recorded ones with their groups and descendants, and those that name it.

    The start time shows whether a recorded id still belongs to the same process.
    """
    found = set(process_tree.mentioning(str(folder)))
    with contextlib.suppress(OSError):
        for line in (folder / "started").read_text().splitlines():
            with contextlib.suppress(ValueError):
                pid, started = json.loads(line)
                if started is not None and process_tree.started_at(pid) == started:
                    found |= {pid, *process_tree.group(pid), *process_tree.descendants(pid)}
    return found


def _place(*, memory: bool) -> Path:
    if memory and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        return MEMORY
    place = Path(tempfile.gettempdir())
    return place if HARMLESS.fullmatch(str(place)) else Path("/tmp")  # noqa: S108
