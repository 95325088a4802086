"""The load generator: Locust in a process of its own, started in a clean place, ended with all it started."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.errors import MachineError
from grader.load.samples import Sample
from grader.system.process import Process, how_it_ended

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
FINISH_WITHIN = 5
"""Seconds for the requests that are under way when the run ends."""
LINGER = 0.1
"""Seconds for which users go on after the run: Locust's stopping takes 20 ms that no measured request should wait."""
PATIENCE = 15.0
"""Seconds for everything that is not the run itself: Locust's start, those last requests, and its end."""
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True)
class Record:
    """What one run left behind: every request, how many were given up at the end, and Locust's own counts."""

    samples: tuple[Sample, ...]
    unanswered: int
    locust_requests: int | None
    locust_failures: int | None
    exit_code: int


class Generator:
    """Locust, running; a context manager that leaves neither a process nor a file.

    `url` is the service's address without a path; `warm_up` and `seconds` follow each other, both in seconds.
    Whatever happens, it is over `patience` seconds after they should have passed.
    """

    def __init__(self, url: str, *, users: int, warm_up: float, seconds: float, patience: float = PATIENCE) -> None:
        self._limit = warm_up + seconds + patience
        self._deadline = time.monotonic() + self._limit
        self._scratch = tempfile.TemporaryDirectory(prefix="kit-load-", ignore_cleanup_errors=True)
        self._folder = Path(self._scratch.name)
        mark = f"KIT_LOAD_FOLDER={self._folder}"
        env = _environment(self._folder) | {
            "KIT_LOAD_FOLDER": str(self._folder),
            "KIT_LOAD_SECONDS": str(warm_up + seconds + LINGER),
        }
        try:
            self._process = Process(_command(url, users), cwd=self._folder, env=env, mark=mark)
        except BaseException:
            self._scratch.cleanup()
            raise

    @property
    def pid(self) -> int:
        """The process that Locust was started as."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._process.kill()
        finally:
            self._scratch.cleanup()

    def began(self) -> float:
        """Wait until all users are there and return when that was, in seconds on the monotonic clock.

        Raises MachineError when Locust ends before, or takes too long.
        """
        mark = self._folder / "began"
        while not mark.exists():
            if self._process.exit_code is not None:
                raise self._broken()
            if time.monotonic() > self._deadline:
                raise self._stuck()
            time.sleep(0.01)
        return float(mark.read_text())

    def wait_until(self, instant: float) -> None:
        """Sleep until an instant of the monotonic clock, or until Locust has ended."""
        self._process.wait(max(0.0, min(instant, self._deadline) - time.monotonic()))

    def finish(self) -> Record:
        """Wait for the end and read what Locust left.

        Raises MachineError when it takes too long or leaves nothing.
        """
        code = self._process.wait(max(0.0, self._deadline - time.monotonic()))
        if code is None:
            raise self._stuck()
        seen = self._folder / "samples.json"
        if not seen.exists():
            raise self._broken()
        data = json.loads(seen.read_text())
        requests, failures = _locust_counts(self._folder / "locust.json")
        samples = tuple(Sample(*entry) for entry in data["samples"])
        return Record(samples, data["unanswered"], requests, failures, code)

    def _broken(self) -> MachineError:
        ending = how_it_ended(self._process.exit_code or 0)
        self._process.output.finish()
        last = self._process.output.last_lines(1)
        return MachineError(f"The load generator ended too early ({ending}): {last or 'it printed nothing'}")

    def _stuck(self) -> MachineError:
        return MachineError(
            f"The load generator was not done after {self._limit:.0f} s: this machine is too busy; try again later."
        )


def _command(url: str, users: int) -> list[str]:
    options = {
        "--locustfile": LOCUSTFILE,
        "--host": url.rstrip("/"),
        "--users": users,
        "--spawn-rate": users,
        "--stop-timeout": FINISH_WITHIN,
        "--json-file": "locust",
        "--loglevel": "WARNING",
        "--exit-code-on-error": 0,
    }
    words = [str(word) for option in options.items() for word in option]
    # -P: nothing is imported from the working directory.
    return [sys.executable, "-P", "-m", "locust", "--headless", "--only-summary", *words]


def _environment(folder: Path) -> dict[str, str]:
    """Leave out the user's LOCUST_*, PYTHON* and proxies; HOME is elsewhere because of ~/.locust.conf."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {"HOME": str(folder), "LC_ALL": "C.UTF-8", "NO_PROXY": "127.0.0.1,localhost", "TZ": "UTC"}


def _locust_counts(path: Path) -> tuple[int | None, int | None]:
    """Read requests and failures from Locust's own results; None where it left none."""
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError):
        return None, None
    return sum(entry["num_requests"] for entry in entries), sum(entry["num_failures"] for entry in entries)
