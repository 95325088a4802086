"""Keeps running programs to some of this machine's processors, with every thread that they have."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection

CAN_PIN = hasattr(os, "sched_setaffinity")
"""Whether this system lets a program be kept to some processors."""


def processors() -> list[int]:
    """List the processors that this process may use; empty where the system doesn't tell."""
    return sorted(os.sched_getaffinity(0)) if CAN_PIN else []


def keep_to(pid: int, chosen: Collection[int]) -> None:
    """Keep a program, its descendants and all their threads to some processors. What they start later follows."""
    import psutil

    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                _keep_threads([thread.id for thread in process.threads()], chosen)


def _keep_threads(threads: Collection[int], chosen: Collection[int]) -> None:
    for thread in threads:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(thread, chosen)
