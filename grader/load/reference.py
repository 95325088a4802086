"""The kit's reference server in a process of its own, and what the generator can do against it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.errors import MachineError
from grader.load.generator import Generator
from grader.load.measurement import Load
from grader.load.workloads import READ
from grader.system.process import Process, Programs, wait_until

SERVER = Path(__file__).with_name("reference_server.py")
PATIENCE = 15.0
USERS = 16


class ReferenceServer:
    """A server of known behaviour, as a context manager. Without options it answers at once: the null server.

    `options` are those of `reference_server.py`, such as `--seconds 0.02`. `programs` are those of the same run.
    """

    def __init__(self, *options: str, programs: Programs | None = None) -> None:
        command = [sys.executable, "-P", str(SERVER), *options]
        mark = f"KIT_REFERENCE_SERVER={id(self):x}"
        name, _, value = mark.partition("=")
        self._process = Process(command, cwd=SERVER.parent, env={name: value}, mark=mark, programs=programs)

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    @property
    def url(self) -> str:
        """Its base URL. Raises MachineError when it doesn't start."""
        if not wait_until(lambda: "\n" in self._process.output.text, PATIENCE):
            raise MachineError("The kit's own server did not start: this machine is too busy; try again later.")
        return f"http://127.0.0.1:{int(self._process.output.text)}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()


def ceiling(generator: Generator, programs: Programs | None = None, *, seconds: float = 1.5) -> float:
    """Measure how many requests per second the generator can do here: against a server that needs no time."""
    with ReferenceServer(programs=programs) as server:
        measured = Load(generator, server.url, server.pid).run((READ,), users=USERS, warm_up=0.5, seconds=seconds)
    return measured.probe.achieved
