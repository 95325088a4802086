"""Samples a running Python service from outside with py-spy: many times a second it looks where each thread is."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import NotChecked
from grader.load import profile_data
from grader.load.profile_data import Profile
from grader.place import how_to_add
from grader.text.last_words import last_words

PROGRAM = "py-spy"
RATE = 200
STOPS_WITHIN = 15.0


def program() -> Path | None:
    """Return the path of py-spy beside the kit's Python; None where it isn't installed."""
    path = Path(sys.prefix) / "bin" / PROGRAM
    return path if path.exists() else None


class Sampling:
    """A sampling that is under way. It finds what the service does after `stop`."""

    def __init__(self, process: subprocess.Popen[bytes], stacks: Path, log: Path) -> None:
        self._process = process
        self._stacks = stacks
        self._log = log

    def stop(self) -> Profile:
        """Stop, and return what was seen. Raises NotChecked when py-spy couldn't look into the service."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOPS_WITHIN)
        if not self._stacks.exists():
            said = last_words(self._log.read_text("utf-8", "replace"), 1)
            raise NotChecked(f"py-spy couldn't look into the service: {said or 'it said nothing'}")
        return profile_data.sampled(self._stacks.read_text("utf-8", "replace").splitlines(), 1 / RATE)


@contextmanager
def sampling(pid: int, folder: Path) -> Iterator[Sampling]:
    """Sample a process and its children from now on. Raises NotChecked where py-spy isn't installed."""
    found = program()
    if found is None:
        raise NotChecked(f"py-spy is not installed; to install it, {how_to_add('load')}")
    folder.mkdir(parents=True)
    stacks, log = folder / "stacks", folder / "log"
    options = ["--subprocesses", "--function", "--full-filenames", "--format", "raw", "--rate", str(RATE)]
    command = [str(found), "record", "--pid", str(pid), *options, "--output", str(stacks)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield Sampling(process, stacks, log)
    finally:
        process.kill()
        process.wait()
