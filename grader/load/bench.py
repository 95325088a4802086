"""What a load command stands on: the project's service on the disk, with some messages in it, and the generator."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Failed, MachineError, NotChecked
from grader.load.copied_rows import copy_rows, grown_table, shows_many
from grader.load.failures import kinds
from grader.load.generator import Generator, Job
from grader.load.measurement import Load, require
from grader.load.workloads import WRITE
from grader.project.config import Project
from grader.report.load_words import failures
from grader.service.server import Service
from grader.system import trees
from grader.system.process import how_it_ended
from grader.system.resources import Resources
from grader.system.scratch import MEMORY

MESSAGES = 200
"""How many messages a service has before it is loaded: a page of reads is full then."""
SENT = 1_000
"""How many messages are sent at most to fill data; their rows are copied to make more."""
SEEDING_USERS = 8
LEAST_FREE = 4 * 1024 * 1024
"""Bytes below which a disk is full."""
FOR_A_WHILE = (408, 423, 425, 429)
"""Statuses of four hundred and more after which the same request may be accepted later."""
REST = 0.5
"""Seconds that the kit waits after a refusal."""
FILL_WITHIN = 60.0
"""Seconds in which a service must accept the messages that it is filled with."""


@dataclass(frozen=True)
class Bench:
    """The generator and the resources of one run of the kit; `start` adds services to it.

    What belongs to `resources` lies on the disk, what belongs to `memory` in memory, if this machine has room there.
    """

    project: Project
    generator: Generator
    resources: Resources
    memory: Resources

    def start(
        self, *, messages: int = MESSAGES, env: Mapping[str, str] | None = None, data: Path | None = None
    ) -> Service:
        """Start a service of the project, and send it so many messages. Raises Failed when it refuses them."""
        place = self.resources.fresh("data") if data is None else data
        service = Service(self.project, self.resources, place, env=env)
        service.start()
        if messages:
            self._fill(service, messages)
        return service

    def _fill(self, service: Service, messages: int) -> None:
        try:
            with surviving(service):
                fill(self.generator, service, messages)
        except Failed:
            if shutil.disk_usage(service.data).free < LEAST_FREE:
                raise MachineError(f"The disk is full where the service has its data: {service.data.parent}.") from None
            raise

    def filled(self, messages: int) -> Path:
        """Return a folder of data with so many messages, which no service uses.

        They are written in memory, where that is fast, by a service that has ended since. Above a thousand, rows are
        copied, where that goes. Raises NotChecked when the data don't lie in the folder.
        """
        service = self.start(messages=0, data=self.memory.fresh("filled"))
        has_rows, sent = service.project.has_file_database, min(messages, SENT)
        before = service.database.rows() if has_rows else {}
        self._fill(service, sent)
        table = grown_table(before, service.database.rows(), sent) if has_rows and sent < messages else None
        service.stop()
        if sent < messages:
            if table is not None and (long := self._copied(service, table, messages)):
                service = long
            else:
                service.start()
                self._fill(service, messages - sent)
                service.stop()
        if not any(service.data.iterdir()):
            raise NotChecked("The data of this project don't lie in {data}, so they can't be copied.")
        place = self.resources.fresh("filled")
        try:
            trees.copy(service.data, place, most=trees.DATA)
        except OSError as error:
            raise NotChecked(f"{trees.NO_COPY}: {trees.why(error)}.", because="project") from None
        return place

    def _copied(self, service: Service, table: str, messages: int) -> Service | None:
        """Copy rows on a copy of the data, and return a service that showed them and ended; None where that fails."""
        place = self.memory.fresh("filled")
        long = Service(self.project, self.memory, place)
        try:
            trees.copy(service.data, place, most=trees.DATA)
            with closing(long.database.open("rw")) as connection, connection:
                copy_rows(connection, table, messages)
            long.start()
            if shows_many(long, SENT):
                long.stop()
                return long
        except (sqlite3.Error, OSError, Failed):
            pass
        long.kill()
        return None

    def fresh_in_memory(self) -> Path:
        """Return the path of a folder in memory that doesn't exist yet; raises NotChecked where there is no room."""
        if not self.memory.folder.is_relative_to(MEMORY):
            raise NotChecked("This machine has no file system in memory with enough room.")
        return self.memory.fresh("data")

    def load(self, service: Service) -> Load:
        """Return what measures a service under load."""
        return Load(self.generator, service.url, service.process.pid)


@contextmanager
def bench(project: Project) -> Iterator[Bench]:
    """Set up the generator, and end it and every service afterwards.

    The data lie on the disk, not in memory, as those of a service do. Raises LoadUnavailable without Locust.
    """
    require()
    resources, memory = Resources(memory=False), Resources()
    try:
        with Generator(resources.programs) as generator:
            yield Bench(project, generator, resources, memory)
    finally:
        resources.close()
        memory.close()


def confirm_alive(service: Service) -> None:
    """Raise Failed when a service has ended, with its end and its last lines."""
    if not service.running:
        service.process.output.finish()
        ending = how_it_ended(service.process.exit_code or 0)
        raise Failed(f"Your server ended during the load ({ending}).", log=service.log)


@contextmanager
def surviving(service: Service) -> Iterator[None]:
    """Raise Failed when a service ends inside the block, as that explains everything else that fails there."""
    try:
        yield
    except Failed:
        confirm_alive(service)
        raise
    confirm_alive(service)


def fill(
    generator: Generator, service: Service, messages: int, *, within: float = FILL_WITHIN, least: int | None = None
) -> int:
    """Send so many messages to a service, for so many seconds at most, and return how many it accepted.

    Raises Failed when the service ends, when it refuses every message for good, such as with 404, and when there are
    fewer than `least`, or than all unless that is given.
    """
    began, refused = time.monotonic(), Counter[str]()
    deadline = began + within
    good, users = 0, SEEDING_USERS
    while good < messages and (left := deadline - time.monotonic()) > 0:
        generator.begin(Job(service.url, (WRITE,), left, users=users, most=messages - good))
        samples = generator.finish().samples
        good += sum(sample.answered for sample in samples)
        refused.update(kinds(samples))
        if good < messages:
            confirm_alive(service)
            if samples and not good and all(_is_for_good(sample.status) for sample in samples):
                status, _ = refused.most_common(1)[0]
                raise Failed(
                    f"Your server answers POST /messages with {status}: it takes no messages yet (step 2.1).",
                    expected="messages that are answered with 200 or 201",
                )
            # It refused some. That is its right where eight come at once.
            users = 1
            time.sleep(min(REST, max(0.0, deadline - time.monotonic())))
    if good < (messages if least is None else min(least, messages)):
        others = f" The others: {failures(refused)}." if refused else ""
        raise Failed(
            f"{good} of {messages} messages were accepted within {within:.0f} s.{others}",
            expected=f"{messages} messages that are answered with 200 or 201",
        )
    return good


def _is_for_good(status: int) -> bool:
    """Tell whether a status says that the same request will never be accepted, however often it is sent."""
    return 400 <= status < 500 and status not in FOR_A_WHILE


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
