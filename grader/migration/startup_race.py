"""Makes two servers that start at once wait for the same locked database, and watches which of them has opened it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from grader.service.server import Service
from grader.system import process_tree
from grader.system.process import wait_until

LOOKS = 0.02
"""Seconds between two looks at the files that a starting server has open."""
LEEWAY = 0.2
"""The share of the locked time after the last look, so that a server that was seen just then still meets the lock."""


@contextmanager
def locked(starting: Sequence[Service], seconds: float) -> Iterator[list[Service]]:
    """Lock the database of two starting servers until one of them has opened it, and `seconds` more.

    Yields a list. The other server is added to it if it doesn't open the database in these seconds.
    """
    missing: list[Service] = []
    database = starting[0].database
    with database.locked(seconds * LEEWAY, once=lambda: missing.extend(_missing(starting, seconds))):
        yield missing


def is_seen_opening(service: Service, seconds: float) -> bool:
    """Start a server, and tell whether the kit sees it open its database; raises Failed when it can't start.

    The kit locks the database until the server has opened it: then even a server that opens it only for a moment waits
    with the file open. The lock ends after `seconds` at the latest, as the system may not show which files are open.
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
    """Wait until one of two servers has opened the database, and then for `1 - LEEWAY` of `seconds`.

    Returns the other server, if it hasn't opened the database by then.
    """
    later = _await_opening(starting, starting[0].project.start_timeout)
    until = time.monotonic() + seconds * (1 - LEEWAY)
    if later:
        later = _await_opening(later, until - time.monotonic())
    time.sleep(max(0.0, until - time.monotonic()))
    return later


def _await_opening(starting: Sequence[Service], seconds: float) -> list[Service]:
    """Wait until one of several servers has opened its database or has ended. Return the others."""
    others = list(starting)

    def is_time() -> bool:
        others[:] = [service for service in starting if service.running and not _has_opened(service)]
        return len(others) < len(starting)

    wait_until(is_time, seconds, LOOKS)
    return others


def _has_opened(service: Service) -> bool:
    return process_tree.is_open(service.database.path, service.process.tree())
