"""A place for experiments: services that run, a generator that loads them, and an end that leaves nothing behind."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from grader.load.bench import Bench, bench
from grader.load.generator import SENDER, Generator
from grader.load.measurement import Load, Measured, Probe
from grader.load.reference import ReferenceServer
from grader.load.workloads import Request
from grader.place import ROOT
from grader.project import config
from grader.project.config import Project
from grader.service.server import Service

SERVERS = Path(__file__).resolve().parents[1] / "servers"
YOURS = "MY_PROJECT"
"""The environment variable, or the variable of a notebook, that names a reader's own project."""
REDUCED = os.environ.get("NOTEBOOK_REDUCED") == "1"
"""Whether to measure less. What is asserted is the same."""


Amount = TypeVar("Amount")


def pick(full: Amount, reduced: Amount) -> Amount:
    """Return how much to measure: the first as a rule, the second where little time is given."""
    return reduced if REDUCED else full


def project(name: str) -> Project:
    """Read a project: a reference solution such as `03-integrations`, a small server of the notebooks, or a folder."""
    places = [ROOT / "solutions" / name, SERVERS / name, Path(name).expanduser()]
    return config.read(next((place for place in places if (place / "service.toml").is_file()), places[-1]))


class Lab:
    """Services and a generator. `close` ends them all; the end of the notebook does so too."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._benches: dict[Path, Bench] = {}
        self._generators: dict[Path, Generator] = {}
        atexit.register(self.close)

    def bench(self, name: str) -> Bench:
        """Return what `grader.load` measures a project with: one for each project, with its own generator."""
        chosen = project(name)
        if chosen.folder not in self._benches:
            self._benches[chosen.folder] = self._stack.enter_context(bench(chosen))
        return self._benches[chosen.folder]

    def start(self, name: str, *, messages: int = 200, env: Mapping[str, str] | None = None) -> Service:
        """Start a service of a project on the disk, and send it so many messages."""
        return self.bench(name).start(messages=messages, env=env)

    def reference(self, *options: str) -> ReferenceServer:
        """Start the server of known behaviour that `grader/load/reference_server.py` describes."""
        return self._stack.enter_context(ReferenceServer(*options))

    def generator(self, sender: Path = SENDER) -> Generator:
        """Return a load generator that belongs to no project: Locust, or another program that takes the same orders."""
        if sender not in self._generators:
            self._generators[sender] = self._stack.enter_context(Generator(sender=sender))
        return self._generators[sender]

    def run(
        self,
        server: Service | ReferenceServer,
        requests: tuple[Request, ...],
        *,
        users: int | None = None,
        rate: float | None = None,
        seconds: float = 4.0,
        warm_up: float = 0.5,
        seed: int = 1,
        sender: Path = SENDER,
    ) -> Measured:
        """Load a server with users who wait for their answers, or with so many requests per second."""
        pid = server.process.pid if isinstance(server, Service) else server.pid
        load = Load(self.generator(sender), server.url, pid)
        return load.run(requests, users=users, rate=rate, seconds=seconds, warm_up=warm_up, seed=seed)

    def close(self) -> None:
        """End everything that was started, and remove its files. A second call does nothing."""
        self._stack.close()
        self._benches.clear()
        self._generators.clear()


def in_words(probe: Probe) -> str:
    """Say in one line what came of a run."""
    load = f"{probe.users} users" if probe.users else f"{probe.offered:.0f}/s offered"
    ms = ", ".join(
        f"{name} {value:.1f} ms"
        for name, value in (("p50", probe.p50_ms), ("p95", probe.p95_ms), ("p99", probe.p99_ms))
        if value is not None
    )
    return f"{load}: {probe.achieved:.0f} answers/s, {ms}"
