"""The folder of one run of the kit, and the removal of what killed runs left behind."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import re
import shutil
import stat
import tempfile
import threading
from functools import partial
from pathlib import Path

from grader.errors import MachineError
from grader.system import process_tree
from grader.system.cache import base
from grader.system.removal import remove
from grader.system.seal import is_signed, sign
from grader.system.user_key import user_key

PREFIX = "kit-run-"
MEMORY = Path("/dev/shm")  # noqa: S108 - every folder there is made by mkdtemp
ENOUGH = 256 * 1024 * 1024
TRIES = 10
MOST_RECORDED = 1024 * 1024
"""Bytes that are read of what a run recorded."""
HARMLESS = re.compile(r"[A-Za-z0-9._/-]+")


class Scratch:
    """The folder of one run. It records each started process, so that the next run can end them after a crash.

    With `memory`, the folder lies on a memory file system if the machine has one with enough space. Where no program
    may run there, what holds programs lies in a second folder, on a disk.
    """

    def __init__(self, *, memory: bool = True) -> None:
        self.folder, self._lock = _locked_folder(_place(memory=memory))
        self._numbers = itertools.count(1)
        self._beside: Scratch | None = None
        self._making = threading.Lock()

    def fresh(self, name: str) -> Path:
        """Return the path of a folder that doesn't exist yet."""
        return self.folder / f"{name}-{next(self._numbers)}"

    def fresh_for_programs(self, name: str) -> Path:
        """Return the path of a folder that doesn't exist yet, in a place where programs may run."""
        with self._making:
            runs = runs_programs(self.folder)
        return self.fresh(name) if runs else self.fresh_on_disk(name)

    def fresh_on_disk(self, name: str) -> Path:
        """Return the path of a folder that doesn't exist yet, on a disk where programs may run."""
        with self._making:
            if self._beside is None:
                self._beside = Scratch(memory=False)
        if not runs_programs(self._beside.folder):
            raise MachineError(f'No program may run in "{self._beside.folder.parent}": set TMPDIR to another folder.')
        return self._beside.fresh(name)

    def record(self, pid: int) -> None:
        """Record a started process in the folder."""
        if key := user_key():
            text = json.dumps([pid, process_tree.started_at(pid)])
            with (self.folder / "started").open("a") as file:
                file.write(f"{sign(key, self.folder.name, text)} {text}\n")

    def close(self) -> None:
        """Remove the folder with everything in it. A second call does nothing."""
        lock, self._lock = self._lock, -1
        if self._beside is not None:
            self._beside.close()
        if lock >= 0:
            remove(self.folder)
            os.close(lock)


def sweep() -> list[str]:
    """Kill the processes and remove the folders of runs that ended without doing so. Return what has to stay."""
    faults = []
    for place in {MEMORY, *_disks()}:
        for folder in place.glob(f"{PREFIX}*"):
            if (lock := _lock(folder)) is not None:
                process_tree.kill_all(partial(_survivors, folder))
                faults.append(remove(folder))
                os.close(lock)
    return [fault for fault in faults if fault]


def _locked_folder(place: Path) -> tuple[Path, int]:
    """Make a folder and lock it. Try again when the sweep of another run comes between the two."""
    for _ in range(TRIES):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        if (lock := _lock(folder)) is not None:
            return folder, lock
        remove(folder)
    raise MachineError(f'No file can be locked in "{place}".')


def _lock(folder: Path) -> int | None:
    """Lock a folder of this user; None when a living run has locked it, or when it is gone."""
    descriptor = None
    with contextlib.suppress(OSError):
        found = folder.lstat()
        if found.st_uid == os.geteuid() and stat.S_ISDIR(found.st_mode):
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
    for pid, started in _recorded(folder):
        if process_tree.started_at(pid) == started:
            found |= {pid, *process_tree.group(pid), *process_tree.descendants(pid)}
    return found


def _recorded(folder: Path) -> list[tuple[int, object]]:
    """List the processes that the kit recorded, with their start times: the lines that its own key has signed."""
    key, text = user_key(), b""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder / "started", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                text = file.read(MOST_RECORDED)
    found = []
    for line in text.decode("utf-8", "replace").splitlines():
        seal, _, entry = line.partition(" ")
        if key and is_signed(key, folder.name, entry, seal):
            pid, started = json.loads(entry)
            if started is not None:
                found.append((pid, started))
    return found


def runs_programs(folder: Path) -> bool:
    """Tell whether the system lets programs run that lie in a folder. Some file systems are mounted without that."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as program:
            Path(program.name).chmod(0o700)
            return os.access(program.name, os.X_OK)
    except OSError:
        return False


def has_memory() -> bool:
    """Tell whether this machine has a memory file system with enough space."""
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH


def _place(*, memory: bool) -> Path:
    if memory and has_memory():
        return MEMORY
    places = [place for place in _disks() if os.access(place, os.W_OK)]
    return next((place for place in places if runs_programs(place)), places[0] if places else _disks()[0])


def _disks() -> list[Path]:
    """List the folders for temporary data, the preferred one first. Their paths need no quoting (clause K1)."""
    usual = [Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - every folder there is made by mkdtemp
    with contextlib.suppress(RuntimeError):
        usual.append(base())
    return [place for place in (Path(tempfile.gettempdir()), *usual) if HARMLESS.fullmatch(str(place))]
