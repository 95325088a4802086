"""The load generator: keeps Locust in a process of its own, and has it send one run after the other."""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from grader.errors import MachineError
from grader.load.mailbox import CHANNEL, FOLDER, Mailbox
from grader.load.samples import Sample
from grader.load.served import as_served
from grader.load.workloads import Request
from grader.system.process import Process, Programs, how_it_ended
from grader.system.seal import Forged, new_key
from grader.text.last_words import last_words

SENDER = Path(__file__).with_name("sender.py")
FINISH_WITHIN = 5
"""Seconds that the requests have to finish that are under way when a run ends; the sender's own figure."""
PATIENCE = 15.0
"""Seconds for everything but the run itself: Locust's start, and the last requests."""
FORGED = "Figures came that the load generator didn't write. A program on this machine tries to write them itself."
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
"""The environment variables that Locust gets from the kit."""


@dataclass(frozen=True)
class Job:
    """One run to send: `users` who wait for their answers (closed loop), or `rate` requests per second (open).

    Exactly one of the two is None. `seconds` is the length of the whole run, with the `warm_up` at its beginning. The
    same `seed` draws the same times. A closed run ends early when `most` requests have been sent. An open one is given
    up when a fifth of its requests were slower than the `limits` in seconds, by the name of their kind.
    """

    url: str
    requests: Sequence[Request]
    seconds: float
    users: int | None = None
    rate: float | None = None
    seed: int = 1
    most: int | None = None
    warm_up: float = 0.0
    limits: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the order for the sender."""
        load = {"users": self.users} if self.rate is None else {"rate": self.rate}
        requests = [request.to_json() for request in self.requests]
        rest = {name: getattr(self, name) for name in ("seconds", "seed", "most", "warm_up")}
        return load | rest | {"url": self.url.rstrip("/"), "requests": requests, "limits": dict(self.limits)}


@dataclass(frozen=True)
class Record:
    """The result of one run: every request that got an answer or failed, and when those began that had neither.

    `planned` is how many were to be sent; in a closed loop, as many as were. `most_under_way` is the largest number of
    requests that waited at the same time. `locust_requests` and `locust_failures` are Locust's own counts. `rested` is
    the share of the measured part in which the generator had nothing to do, `due` how many requests of an open run
    should have been sent in that part, until it ended or was given up; 0 where nobody counted.
    """

    samples: tuple[Sample, ...]
    unanswered: tuple[float, ...]
    planned: int
    most_under_way: int
    locust_requests: int
    locust_failures: int
    rested: float = 1.0
    due: int = 0


class Progress(NamedTuple):
    """How far a run is: the seconds since it began, and how many requests were answered and have failed so far."""

    seconds: float
    answered: int
    failed: int


class Generator:
    """Locust in a process of its own, as a context manager that leaves no process and no file behind.

    It takes `begin` and `finish` in turns, as often as wanted. `programs` are those of the same run of the kit.
    `sender` may be another program than Locust that takes the same orders.
    """

    def __init__(self, programs: Programs | None = None, *, patience: float = PATIENCE, sender: Path = SENDER) -> None:
        self._patience = patience
        self._number = 0
        self._as_served = cache(as_served)
        self._limit = patience
        self._deadline = time.monotonic() + patience
        self._scratch = tempfile.TemporaryDirectory(prefix="kit-load-", ignore_cleanup_errors=True)
        self._folder = Path(self._scratch.name)
        key = new_key()
        self._box = Mailbox(self._folder, key)
        mark = f"{FOLDER}={self._folder}"
        # -P: Python imports no module from the folder of the sender, or from the working directory.
        command = [sys.executable, "-P", str(sender)]
        ours, its = socket.socketpair()
        with ours, its:
            env = _environment(self._folder) | {FOLDER: str(self._folder), CHANNEL: str(its.fileno())}
            ours.sendall(key.encode())
            try:
                self._process = Process(
                    command, cwd=self._folder, env=env, mark=mark, programs=programs, passed=[its.fileno()]
                )
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

    def begin(self, job: Job) -> float:
        """Start a run, and return the instant at which it began, in seconds of the monotonic clock.

        Raises MachineError when Locust ends before this, or takes too long.
        """
        served = tuple(self._as_served(job.url, request) for request in job.requests)
        self._number += 1
        self._limit = job.seconds + self._patience
        self._deadline = time.monotonic() + self._limit
        for left in ("progress", "stop"):
            (self._folder / left).unlink(missing_ok=True)
        self._box.put(f"job-{self._number}.json", json.dumps(replace(job, requests=served).to_json()))
        return float(self._await(f"began-{self._number}"))

    def wait_until(self, instant: float, tell: Callable[[Progress], None] | None = None) -> float:
        """Wait until an instant of the monotonic clock, or until Locust has ended. `tell` hears how far the run is.

        Return that instant, or the one at which the run was given up.
        """
        while (left := min(instant, self._deadline) - time.monotonic()) > 0:
            if self._process.wait(min(left, 0.1)) is not None:
                return instant
            if tell is not None and self._box.has("progress"):
                tell(Progress(*json.loads(self._take("progress"))))
            if self._box.has(lost := f"lost-{self._number}"):
                return float(self._take(lost))
        return instant

    def stop(self) -> None:
        """Let the run end now: nothing new is sent. `finish` returns what was sent until then."""
        (self._folder / "stop").touch()

    def finish(self) -> Record:
        """Wait for the end of the run, and return its result.

        Raises MachineError when Locust ends before this, or takes too long, or when this machine has no port left.
        """
        data = json.loads(self._await(f"result-{self._number}.json"))
        if data.pop("no_port", 0):
            raise MachineError(
                "This machine had no port left for another connection to the service, so the load says nothing; "
                "wait a minute, or send fewer requests."
            )
        data["samples"] = tuple(Sample(*entry) for entry in data["samples"])
        data["unanswered"] = tuple(data["unanswered"])
        return Record(**data)

    def _await(self, name: str) -> str:
        while not self._box.has(name):
            if self._process.exit_code is not None:
                raise self._broken()
            if time.monotonic() > self._deadline:
                raise self._stuck()
            time.sleep(0.005)
        return self._take(name)

    def _take(self, name: str) -> str:
        try:
            return self._box.take(name)
        except Forged:
            raise MachineError(FORGED) from None

    def _broken(self) -> MachineError:
        ending = how_it_ended(self._process.exit_code or 0)
        self._process.output.finish()
        last = last_words(self._process.output.text, 1)
        return MachineError(f"The load generator ended too early ({ending}): {last or 'it printed nothing'}")

    def _stuck(self) -> MachineError:
        return MachineError(
            f"The load generator was not done after {self._limit:.0f} s: this machine is too busy; try again later."
        )


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment without the user's LOCUST_*, PYTHON* and proxies, and with a HOME without .locust.conf."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {"HOME": str(folder), "LC_ALL": "C.UTF-8", "NO_PROXY": "127.0.0.1,localhost", "TZ": "UTC"}
