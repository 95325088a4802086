"""A program in a pseudo-terminal, driven by keys, and the screen that a person would see."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

IN_A_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Makes the terminal that of the program's session, so that keys such as Ctrl-C send signals."""


class Terminal:
    """Runs one program in a terminal of so many columns and rows. `close` ends it."""

    def __init__(
        self, argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        terminal = {"TERM": "xterm-256color", "LINES": str(rows), "COLUMNS": str(columns)}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", IN_A_TERMINAL, *map(str, argv)],
            cwd=cwd,
            env={**env, **terminal},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    @property
    def text(self) -> str:
        """What stands on the screen now, without the blanks at the ends of its lines."""
        return "\n".join(line.rstrip() for line in self._screen.display).strip("\n")

    def press(self, keys: str) -> None:
        """Press keys; `\\x03` is Ctrl-C."""
        os.write(self._ours, keys.encode())

    def until(self, *wanted: str, without: str = "", within: float = 60) -> str:
        """Wait until all of these texts stand on the screen, and `without` doesn't. Return the screen."""
        self._read(lambda: all(one in self.text for one in wanted) and not (without and without in self.text), within)
        missing = [one for one in wanted if one not in self.text] + [without] * bool(without and without in self.text)
        assert not missing, f"after {within} s, because of {missing}:\n{self.text}"
        return self.text

    def ended(self, within: float = 30) -> int:
        """Wait until the program has ended, and return its exit status."""
        self._read(lambda: self.process.poll() is not None, within)
        return self.process.wait(1)

    def close(self) -> None:
        """End the program, if it still runs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.ended(10)
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _read(self, is_over: Callable[[], bool], within: float) -> None:
        deadline = time.monotonic() + within
        while not is_over() and time.monotonic() < deadline:
            if select.select([self._ours], [], [], 0.05)[0]:
                try:
                    self._stream.feed(os.read(self._ours, 65536))
                except OSError:  # no program has the terminal any more
                    self.process.wait(within)
                    return
