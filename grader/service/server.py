"""A learner's server: its start on a free port with its own data, the requests to it, and its end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import Failed, MachineError
from grader.project import credentials, environment
from grader.project.config import Project
from grader.service.migrate import MIGRATE_WITHIN, await_migrate
from grader.service.readiness import DYING, Taken, advised, await_answer
from grader.service.start_line import start_line
from grader.system.ports import Port
from grader.system.process import KEPT, Process, how_it_ended
from grader.system.resources import Resources
from grader.system.waits import Waits
from grader.text.story import Story

if TYPE_CHECKING:
    from grader.http_client.client import HttpClient
    from grader.http_client.reply import Reply
    from grader.service.database import Database
    from grader.service.shutdown import Shutdown

TRIES_FOR_A_PORT = 3


class Service:
    """One server of a project.

    `env` is added to its environment, with `{port}` filled in. `keep` is the number of bytes of its output that are
    kept. `story` gets what the kit does to the server, after what it did to others on the same data. `launch` starts
    the server and returns at once; `ready` waits for the first answer. When another program takes the port meanwhile,
    the kit chooses a new one, unless the caller gave the port.
    """

    def __init__(
        self,
        project: Project,
        resources: Resources,
        data: Path,
        *,
        port: Port | None = None,
        env: Mapping[str, str] | None = None,
        keep: int = KEPT,
        story: Story | None = None,
    ) -> None:
        self.project = project
        self.data = data
        self._resources = resources
        self.env = env or {}
        self._keep = keep
        self.story = Story() if story is None else story
        self.port = port or resources.port()
        self._own_port = port is None
        self._process: Process | None = None
        self._launched = 0.0
        self.seconds_to_ready = 0.0

    @cached_property
    def http(self) -> HttpClient:
        """The client for the server's port. Its module is imported while the server starts."""
        from grader.http_client.client import HttpClient

        return HttpClient(self.port.number, self.story)

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://127.0.0.1:{self.port.number}"

    @property
    def _waits(self) -> Waits:
        return self._resources.programs.waits

    @property
    def process(self) -> Process:
        """The server's process."""
        assert self._process is not None, "the service was never launched"
        return self._process

    @property
    def running(self) -> bool:
        """Whether the started process still runs."""
        return self._process is not None and self._process.exit_code is None

    @property
    def exchanges(self) -> Sequence[str]:
        """The requests to the server so far, each as a line to paste."""
        return self.http.exchanges if "http" in self.__dict__ else ()

    @property
    def log(self) -> str:
        """The last lines that the server printed."""
        if self._process is None:
            return ""
        from grader.text.last_words import last_words  # only a failure needs it

        return last_words(self._process.output.text)

    @property
    def printed(self) -> int:
        """How many bytes the server has printed so far."""
        return self._process.output.total if self._process else 0

    def printed_since(self, total: int) -> str:
        """Return what the server printed after its first `total` bytes; after a new start, return everything."""
        if self._process is None:
            return ""
        return self._process.output.since(total if total <= self.printed else 0)

    @property
    def database(self) -> Database:
        """The database behind this server."""
        from grader.service.database_behind import database_behind

        return database_behind(self.project, self.data, self.port.number, self._resources)

    def get(self, path: str, **more: Any) -> Reply:
        """Send one GET request."""
        return self.request("GET", path, **more)

    def request(self, method: str, path: str, **more: Any) -> Reply:
        """Send one request. When the server ends meanwhile, raise Failed with one sentence and its last lines."""
        with self.explained():
            return self.http.request(method, path, **more)

    def exchange(self, data: bytes) -> Reply:
        """Send the bytes of one request as they are."""
        with self.explained():
            return self.http.exchange(data)

    def raw(self, data: bytes) -> None:
        """Send bytes that need not be a valid request, ignore the answer, and close the connection."""
        with self.explained():
            self.http.raw(data)

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Raise Failed with the server's end, when an exchange in this block fails because the server has ended."""
        try:
            yield
        except Failed as failure:
            if self._process is not None and self._process.wait(DYING) is not None:
                self._process.output.finish()
                raise Failed(
                    f"the server stopped ({how_it_ended(self._process.exit_code or 0)})",
                    expected=failure.expected,
                    request=failure.request,
                    log=self.log,
                ) from None
            failure.log = failure.log or self.log
            raise

    def launch(self, *, migrate: bool = True) -> None:
        """Run `migrate` to its end, if there is one, and start the server without waiting for it."""
        self.seconds_to_ready = 0.0
        self.data.mkdir(parents=True, exist_ok=True)
        if migrate:
            self.migrate()
        self.story.add("a new start", self.line(), credentials.told(self.env))
        self._launched = time.monotonic()
        with advised(self.project):
            self._process = self._start(self.project.server)

    def ready(self) -> None:
        """Wait until the server has answered its first request, with any status.

        Raises Failed when the process ends first, and TooLate when no answer comes within the project's
        `start_timeout_s`. Both have the last lines that the server printed, and the other ports on which it listens.
        """
        for left in reversed(range(TRIES_FOR_A_PORT)):
            limit, began = self.project.start_timeout, self._launched
            try:
                with self._waits.named("starting your server", limit, began=began), advised(self.project):
                    await_answer(self, began + limit)
            except Taken:
                if not left or not self._own_port:
                    raise MachineError("The server's port was taken by another program, again and again.") from None
                self._move()
            else:
                self.seconds_to_ready = time.monotonic() - self._launched
                return

    def stop(self, still_open: ExitStack | None = None) -> Shutdown:
        """Send SIGTERM to the started process, wait, look whether the port still accepts connections, and kill all.

        If the process doesn't end, the connections in `still_open` are ended, to see whether it waited for them.
        """
        from grader.service.shutdown import SIGTERM, STOP_PATIENCE, end  # imported while the server starts

        self.story.add("SIGTERM", SIGTERM)
        with self._waits.named("stopping your server with SIGTERM", STOP_PATIENCE):
            return end(self.process, self.port.number, lambda: self.log, still_open)

    def kill(self) -> None:
        """Kill the server and all that it started, and give its port back."""
        if self._process is not None:
            self._process.kill()
        if self._own_port:
            self.port.release()

    def start(self) -> None:
        """Launch the server and wait until it is ready."""
        self.launch()
        self.ready()

    def _start(self, command: tuple[str, ...]) -> Process:
        port = self.port.number
        more = {name: value.replace("{port}", str(port)) for name, value in self.env.items()}
        return Process(
            self.project.fill(command, port, self.data),
            cwd=self.project.folder,
            env=environment.for_server(self.project, port=port, data=self.data, more=more),
            mark=f"PORT={port}",
            programs=self._resources.programs,
            keep=self._keep,
        )

    def migrate(self) -> float:
        """Run `migrate` to its end and return its seconds; 0 when there is none."""
        if not self.project.migrate:
            return 0.0
        with self._waits.named("running migrate", MIGRATE_WITHIN):
            return await_migrate(lambda: self._start(self.project.migrate), self.line(self.project.migrate))

    def begin(self) -> Process:
        """Start the program that migrates, `migrate` or else the server, and return it. The caller has to end it."""
        return self._start(self.project.migrate or self.project.server)

    def line(self, command: tuple[str, ...] = (), data: Path | None = None) -> str:
        """Write a command as a line to paste, the server's unless another is given; see `start_line`."""
        return start_line(self.project, command or self.project.server, self.env.get("TZ"), data)

    def _move(self) -> None:
        """Start the server again on another port, with the same data."""
        self.process.kill()
        self.port.release()
        self.port = self._resources.port()
        self.__dict__.pop("http", None)
        self._launched = time.monotonic()
        self._process = self._start(self.project.server)
