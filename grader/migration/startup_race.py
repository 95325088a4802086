"""Two servers that start at once and meet at a locked database: seeing who has opened it, and locking it until then."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from grader.service.server import Service
from grader.system import process_tree
from grader.system.process import wait_until

LOOKS = 0.02
"""Seconds between two looks at which files a starting server has opened."""
LEEWAY = 0.2
"""The share of the time of locking that the later of two servers has to itself, to look before the lock is gone."""


@contextmanager
def locked(starting: Sequence[Service], seconds: float) -> Iterator[list[Service]]:
    """Lock the database of two starting servers, for so many seconds after one of them has opened it.

    Yields a list, to which the other one is added if it doesn't open it meanwhile.
    """
    missing: list[Service] = []
    database = starting[0].database
    with database.locked(seconds * LEEWAY, once=lambda: missing.extend(_missing(starting, seconds))):
        yield missing


def is_seen_opening(service: Service, seconds: float) -> bool:
    """Start a server, and tell whether it could be seen to open its database; raises Failed where it can't start.

    The database is locked until then, so that even who opens it for a moment only waits with it open; for so many
    seconds at most, as it may be opened where we don't see it.
    """
    if not service.project.has_file_database:
        service.launch(migrate=False)
        service.ready()
        return False
    seen: list[bool] = []
    service.launch(migrate=False)
    with service.database.locked(0.0, once=lambda: seen.append(not _await_opening([service], seconds))):
        service.ready()
    return seen == [True]


def _missing(starting: Sequence[Service], seconds: float) -> list[Service]:
    """Wait until one of two servers has opened its database, and for most of some seconds more.

    Returns the other one, if it had not opened it by then.
    """
    later = _await_opening(starting, starting[0].project.start_timeout)
    until = time.monotonic() + seconds * (1 - LEEWAY)
    if later:
        later = _await_opening(later, until - time.monotonic())
    time.sleep(max(0.0, until - time.monotonic()))
    return later


def _await_opening(starting: Sequence[Service], seconds: float) -> list[Service]:
    """Wait until one of several servers has opened its database, or has ended; return the others."""
    others = list(starting)

    def is_time() -> bool:
        others[:] = [service for service in starting if service.running and not _has_opened(service)]
        return len(others) < len(starting)

    wait_until(is_time, seconds, LOOKS)
    return others


def _has_opened(service: Service) -> bool:
    return process_tree.is_open(service.database.path, service.process.tree())
