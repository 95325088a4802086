"""Starts the recorder, and reads what it has recorded about a load test."""

from __future__ import annotations

import json
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.errors import MachineError
from grader.system.process import Process, Programs, wait_until

RECORDER = Path(__file__).with_name("recording_server.py")
PATIENCE = 15.0
FAIL_EVERY = 10
ANSWER_AFTER = 0.01
"""Seconds after which the recorder answers: as a service with something to do, and no processor is full meanwhile."""


@dataclass(frozen=True)
class Recording:
    """What came: reads, writes with a text, posts without one, and other requests, some of which `others` names.

    `texts` counts the different texts, `failed` the answers of 400 or above. `seconds` lie between the first request
    and the last.
    """

    reads: int
    writes: int
    broken: int
    other: int
    others: tuple[str, ...]
    texts: int
    failed: int
    seconds: float

    @property
    def requests(self) -> int:
        """How many requests came."""
        return self.reads + self.writes + self.broken + self.other


class RecordingServer:
    """The recorder in a process of its own, as a context manager. `programs` are those of the same run of the kit."""

    def __init__(self, programs: Programs | None = None, *, fail_every: int = FAIL_EVERY) -> None:
        options = ["--fail-every", str(fail_every), "--seconds", str(ANSWER_AFTER)]
        mark = f"KIT_RECORDER={id(self):x}"
        name, _, value = mark.partition("=")
        command = [sys.executable, "-P", str(RECORDER), *options]
        self._process = Process(command, cwd=RECORDER.parent, env={name: value}, mark=mark, programs=programs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()

    @property
    def url(self) -> str:
        """The base URL of the server. Raises MachineError when it doesn't start."""
        return f"http://127.0.0.1:{self._ports[0]}"

    def recorded(self) -> Recording:
        """Ask for what came so far."""
        with socket.create_connection(("127.0.0.1", self._ports[1]), PATIENCE) as desk, desk.makefile() as stream:
            found = json.load(stream)
        kinds, times = found["kinds"], found["times"]
        return Recording(
            reads=kinds.get("read", 0),
            writes=kinds.get("write", 0),
            broken=kinds.get("broken", 0),
            other=kinds.get("other", 0),
            others=tuple(found["others"]),
            texts=found["texts"],
            failed=found["failed"],
            seconds=times[-1] - times[0] if times else 0.0,
        )

    @property
    def _ports(self) -> list[int]:
        if not wait_until(lambda: "\n" in self._process.output.text, PATIENCE):
            raise MachineError("The kit's own recorder did not start: this machine is too busy; try again later.")
        return [int(word) for word in self._process.output.text.split()[:2]]
