"""Ctrl-C at a moment when nothing may be left half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def postponed() -> Iterator[None]:
    """Raise a Ctrl-C of the block when the block has ended, not in it. Only the main thread can be met by one.

    A program is started in such a block, and noted as started. Otherwise a Ctrl-C in between would leave it running.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    raising = [number for number, handler in before.items() if callable(handler)]
    for number in raising:
        signal.signal(number, lambda *signal_and_frame: came.append(signal_and_frame))
    try:
        yield
    finally:
        for number in raising:
            signal.signal(number, before[number])
    for which, frame in came[:1]:
        handler = before[signal.Signals(which)]
        assert callable(handler)
        handler(which, frame)
