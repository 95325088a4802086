"""The lock that keeps two watches from looking after one project: both would start its service, on one port."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import UsageError
from grader.project.state import ProjectState

LOCK = "watch.lock"


@contextmanager
def only_one(project: Path) -> Iterator[None]:
    """Hold the lock of a project; raises UsageError when another watch holds it. A read-only folder has none."""
    descriptor = -1
    state = ProjectState(project)
    with contextlib.suppress(OSError):
        state.data()  # makes .kit/, too
        descriptor = os.open(
            state.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
    try:
        if descriptor >= 0:
            _lock(descriptor)
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = os.read(descriptor, 20).decode("ascii", "replace").strip()
        raise UsageError(
            f"Another kit watch looks after this project already (process {other}). Press q there first."
        ) from None
    except OSError:
        return  # a file system without locks
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
