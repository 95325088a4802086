"""Free ports on the loopback address, held against other runs of the kit."""

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
"""Below the range from which systems take the port of an outgoing connection."""


class Port:
    """One free port; while it is held no other run of the kit on this machine chooses it."""

    held: ClassVar[set[Port]] = set()

    def __init__(self) -> None:
        for number in random.SystemRandom().sample(range(LOWEST, HIGHEST), 200):
            lock = _lock(number)
            if lock is not None:
                if is_free(number):
                    self.number, self._lock = number, lock
                    Port.held.add(self)
                    return
                _path(number).unlink(missing_ok=True)
                os.close(lock)
        raise MachineError("No free port was found on the loopback address.")

    def release(self) -> None:
        Port.held.discard(self)
        if self._lock >= 0:
            _path(self.number).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = -1


def is_free(port: int) -> bool:
    """Tell whether a server could listen on a port now; a connection that just ended is no obstacle."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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


def _path(number: int) -> Path:
    return Path(tempfile.gettempdir()) / f"kit-port-{number}.lock"


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
