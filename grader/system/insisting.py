"""SIGTERM that is never missed: Python can miss a signal that comes in the instant before the main thread waits.

The interpreter only notes a signal, and the main thread acts on it between two steps of Python. A signal that comes
after the last such step, and before the system call that waits, interrupts nothing: the thread sleeps on.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

AGAIN_AFTER = 0.1


def on_sigterm(act: Callable[[], None]) -> None:
    """Let the main thread call `act` once at SIGTERM, even where it waits. Call this in the main thread."""
    came = threading.Event()
    heard, noted = os.pipe()
    os.set_blocking(noted, False)

    def handle(*_: object) -> None:
        if not came.is_set():
            came.set()
            act()

    signal.signal(signal.SIGTERM, handle)
    signal.set_wakeup_fd(noted, warn_on_full_buffer=False)
    threading.Thread(target=_insist, args=(heard, came), daemon=True).start()


def _insist(heard: int, came: threading.Event) -> None:
    """Wait for a SIGTERM, then send it to the main thread again and again, until that acts on it."""
    while signal.SIGTERM not in os.read(heard, 64):
        pass
    while not came.wait(AGAIN_AFTER):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
