"""Has a service record where its processor time goes; `recorder.py` does it in each of the service's processes."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from grader.load import profile_data
from grader.load.cpu import is_running
from grader.load.profile_data import Profile
from grader.project import handed_files

RECORDER = Path(__file__).with_name("recorder.py")
WRITTEN_WITHIN = 15.0
"""Seconds in which a process writes what it recorded."""
LARGEST = 200_000_000


class Recording:
    """A recording of a service that is started with `env`. The folder doesn't exist yet."""

    def __init__(self, folder: Path) -> None:
        self._orders = folder / "orders"
        self._code = folder / "code"
        self._orders.mkdir(parents=True)
        self._code.mkdir()
        shutil.copyfile(RECORDER, self._code / "sitecustomize.py")
        self.problems: list[str] = []

    @property
    def env(self) -> Mapping[str, str]:
        """What is added to the environment of the service."""
        return {"PYTHONPATH": str(self._code), "KIT_PROFILE_FOLDER": str(self._orders)}

    @property
    def processes(self) -> set[int]:
        """The living processes of the service that can be recorded."""
        return {pid for pid in self._pids("here") if is_running(pid)}

    def begin(self) -> None:
        """Record from now on."""
        (self._orders / "begin").touch()
        time.sleep(0.1)  # each process looks more often than this

    def end(self) -> Profile:
        """Stop, and return what all processes recorded together; nothing when none recorded anything."""
        (self._orders / "end").touch()
        deadline = time.monotonic() + WRITTEN_WITHIN
        while self.processes - self._pids("done") and time.monotonic() < deadline:
            time.sleep(0.02)
        missing = len(self.processes - self._pids("done"))
        if missing:
            self.problems.append(f"{missing} of its processes wrote no recording within {WRITTEN_WITHIN:.0f} s")
        return profile_data.merged(self._read(pid) for pid in sorted(self._pids("done")))

    def _pids(self, kind: str) -> set[int]:
        names = [path.name.rpartition("-")[2] for path in self._orders.glob(f"{kind}-*")]
        return {int(name) for name in names if name.isdecimal()}

    def _read(self, pid: int) -> Profile:
        """Read what a process wrote. It is the learner's process, so it may have written anything."""
        path = self._orders / f"done-{pid}"
        try:
            data = json.loads(handed_files.text(path, LARGEST))
            if data["problem"]:
                self.problems.append(str(data["problem"]))
                return {}
            return profile_data.recorded(data["functions"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            self.problems.append(f"what process {pid} wrote can't be read")
            return {}
