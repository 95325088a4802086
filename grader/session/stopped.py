"""The end of a process that somebody else has stopped: it would never report anything."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EVERY = 1.0
"""Seconds between two looks at the process."""
LOOKS = 3
"""How many looks in a row must find it stopped. A debugger may stop a process for a moment."""


@contextmanager
def killed_when_stopped(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill a process as soon as it is found stopped for some seconds, until the block ends.

    A program of the project may stop any process of its user.
    """
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(process, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _watch(process: subprocess.Popen[bytes], over: threading.Event) -> None:
    found = 0
    if over.wait(EVERY):
        return
    import psutil  # imported late, as most runs end before this

    with contextlib.suppress(psutil.Error):
        watched = psutil.Process(process.pid)
        while not over.wait(EVERY):
            found = found + 1 if watched.status() == psutil.STATUS_STOPPED else 0
            if found >= LOOKS:
                process.kill()
                return
