"""Free ports on the loopback address, reserved so that no other run of the kit chooses them.

No library does this: a free port is only free until another program takes it. The kit keeps a lock file for each port
that it has chosen. So two runs at the same time never choose the same port.
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

from grader.errors import MachineError

LOOPBACK = "127.0.0.1"
LOWEST, HIGHEST = 15_000, 32_000
"""A range below the one from which systems take the port of an outgoing connection."""
TRIES = 200
LOCK = "kit-port-{}.lock"
CONNECTIONS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
LISTENING = "0A"


class Port:
    """A free port. While it is reserved, no other run of the kit on this machine chooses it."""

    def __init__(self) -> None:
        numbers = range(LOWEST, HIGHEST)
        for number in random.SystemRandom().sample(numbers, min(TRIES, len(numbers))):
            lock = _lock(number)
            if lock is not None:
                if is_free(number, untouched=True):
                    self.number, self._lock = number, lock
                    return
                _path(number).unlink(missing_ok=True)
                os.close(lock)
        raise MachineError("No free port was found on the loopback address.")

    def release(self) -> None:
        """Give the port back, so that other runs can choose it. A second call does nothing."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            _path(self.number).unlink(missing_ok=True)
            os.close(lock)


def is_free(port: int, host: str = LOOPBACK, *, untouched: bool = False) -> bool:
    """Tell whether a server could listen on a port now; on this machine alone, unless another `host` is given.

    A connection on the port that just ended is no obstacle, as most servers set SO_REUSEADDR. With `untouched`,
    it is an obstacle.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0 if untouched else 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Tell whether a program accepts connections on a port."""
    return answers_at(LOOPBACK, port)


def answers_at(host: str, port: int) -> bool:
    """Tell whether a program accepts connections on a port of a host, within a second."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def connections(port: int) -> frozenset[tuple[str, str]] | None:
    """List the connections to or from a port, also those that ended a moment ago; None without /proc."""
    found = set()
    for table in CONNECTIONS:
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, remote, state, *_ = line.split()
            if state != LISTENING and port in {int(end.rpartition(":")[2], 16) for end in (local, remote)}:
                found.add((local, remote))
    return frozenset(found) if CONNECTIONS[0].exists() else None


@contextmanager
def refusing() -> Iterator[int]:
    """Reserve a port on which no program listens. The system refuses connections to it."""
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        yield bound.getsockname()[1]


def sweep() -> None:
    """Remove the lock files of runs that have ended."""
    for path in Path(tempfile.gettempdir()).glob(LOCK.format("*")):
        number = path.stem.rpartition("-")[2]
        if number.isdecimal() and (lock := _lock(int(number))) is not None:
            path.unlink(missing_ok=True)
            os.close(lock)


def _path(number: int) -> Path:
    return Path(tempfile.gettempdir()) / LOCK.format(number)


def _lock(number: int) -> int | None:
    """Lock a port's file; None when another run has locked it, or has just removed it."""
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
