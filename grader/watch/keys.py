"""The keys of a watch in a terminal: each works at once, without Enter."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self


def are_there() -> bool:
    """Tell whether somebody can press keys: the input is a terminal, and this program stands in its foreground."""
    try:
        return sys.stdin is not None and sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


class Keys:
    """Calls the function of each key that is pressed, from a thread of its own, until the block ends.

    `gone` is called when the terminal ends.
    """

    def __init__(self, functions: Mapping[str, Callable[[], None]], gone: Callable[[], None]) -> None:
        self._functions = functions
        self._gone = gone
        self._terminal = sys.stdin.fileno()
        self._woken, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._terminal)
        self.resume()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._wake)
        self._thread.join()
        os.close(self._woken)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)

    def resume(self) -> None:
        """Let the terminal give each key at once and show none; also after the shell has stopped and continued this."""
        with contextlib.suppress(termios.error):
            tty.setcbreak(self._terminal, termios.TCSANOW)

    def _listen(self) -> None:
        while True:
            ready, _, _ = select.select([self._terminal, self._woken], [], [])
            if self._woken in ready:
                return
            try:
                pressed = os.read(self._terminal, 64)
            except OSError:
                pressed = b""
            if not pressed:
                self._gone()
                return
            if pressed.startswith(b"\x1b"):
                continue  # an arrow or another key that sends several characters
            for key in pressed.decode("utf-8", "replace").lower():
                if key in self._functions:
                    self._functions[key]()
