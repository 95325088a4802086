"""The load generator: runs Locust in a process of its own, with a temporary folder and a clean environment."""

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
from grader.text.last_words import last_words

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
FINISH_WITHIN = 5
"""Seconds that the requests have to finish that are under way when the run ends."""
LINGER = 0.1
"""Seconds for which users go on after the run. Locust takes 20 ms to stop, and no measured request should wait so."""
PATIENCE = 15.0
"""Seconds for everything but the run itself: Locust's start, the last requests, and Locust's end."""
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
"""The environment variables that Locust gets from the kit."""


@dataclass(frozen=True)
class Record:
    """The result of one run: every request, how many had no answer at the end, and Locust's own counts."""

    samples: tuple[Sample, ...]
    unanswered: int
    locust_requests: int | None
    locust_failures: int | None
    exit_code: int


class Generator:
    """A run of Locust, as a context manager that leaves no process and no file behind.

    `url` is the base URL of the service. The run takes `warm_up` seconds and then `seconds`. In any case it is over
    `patience` seconds after these.
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
        """The process id of Locust."""
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
        """Wait until all users have started, and return the instant, in seconds of the monotonic clock.

        Raises MachineError when Locust ends before this, or takes too long.
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
        """Wait until an instant of the monotonic clock, or until Locust has ended."""
        self._process.wait(max(0.0, min(instant, self._deadline) - time.monotonic()))

    def finish(self) -> Record:
        """Wait until Locust has ended, and read its results.

        Raises MachineError when Locust takes too long or leaves no results.
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
        last = last_words(self._process.output.text, 1)
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
    # -P: Python imports no module from the working directory.
    return [sys.executable, "-P", "-m", "locust", "--headless", "--only-summary", *words]


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment without the user's LOCUST_*, PYTHON* and proxies, and with a HOME without .locust.conf."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {"HOME": str(folder), "LC_ALL": "C.UTF-8", "NO_PROXY": "127.0.0.1,localhost", "TZ": "UTC"}


def _locust_counts(path: Path) -> tuple[int | None, int | None]:
    """Read the numbers of requests and of failures from Locust's own results; None if there are no results."""
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError):
        return None, None
    return sum(entry["num_requests"] for entry in entries), sum(entry["num_failures"] for entry in entries)
