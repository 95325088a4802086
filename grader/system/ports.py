"""Free ports on the loopback address, held against other runs of the kit.

This is the kit's own code, because the usual libraries find a free port but don't keep it from other runs.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from grader.errors import MachineError

LOOPBACK = "127.0.0.1"
LOWEST, HIGHEST = 15_000, 32_000
TRIES = 200
LOCK = "kit-port-{}.lock"
"""Below the range from which systems take the port of an outgoing connection."""


class Port:
    """One free port; while it is held no other run of the kit on this machine chooses it."""

    held: ClassVar[set[Port]] = set()

    def __init__(self) -> None:
        numbers = range(LOWEST, HIGHEST)
        for number in random.SystemRandom().sample(numbers, min(TRIES, len(numbers))):
            lock = _lock(number)
            if lock is not None:
                if is_free(number, untouched=True):
                    self.number, self._lock = number, lock
                    Port.held.add(self)
                    return
                _path(number).unlink(missing_ok=True)
                os.close(lock)
        raise MachineError("No free port was found on the loopback address.")

    def release(self) -> None:
        """Let others have the port; a second time does nothing."""
        Port.held.discard(self)
        lock, self._lock = self._lock, -1
        if lock >= 0:
            _path(self.number).unlink(missing_ok=True)
            os.close(lock)


def is_free(port: int, *, untouched: bool = False) -> bool:
    """Tell whether a server could listen on a port now.

    A connection that just ended is no obstacle, as most servers see to that by SO_REUSEADDR, unless the port
    must be `untouched`.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0 if untouched else 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Tell whether somebody accepts connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


@contextmanager
def refusing() -> Iterator[int]:
    """Hold a port on which nobody listens: a connection to it is refused."""
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        yield bound.getsockname()[1]


def sweep() -> None:
    """Remove the lock files of runs that no longer exist."""
    for path in Path(tempfile.gettempdir()).glob(LOCK.format("*")):
        number = path.stem.rpartition("-")[2]
        if number.isdecimal() and (lock := _lock(int(number))) is not None:
            path.unlink(missing_ok=True)
            os.close(lock)


def _path(number: int) -> Path:
    return Path(tempfile.gettempdir()) / LOCK.format(number)


def _lock(number: int) -> int | None:
    """Lock a port's file; None when somebody else has it, or just removed it."""
    path = _path(number)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
    os.close(descriptor)
    return None
