"""The learner's own service beside the checks: on its known port, with data that stay, started anew after a save."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue

from grader.errors import Failed, ProjectError
from grader.learner import serve
from grader.project import config, environment
from grader.project.state import ProjectState
from grader.session.process import MARK
from grader.system.ports import LOOPBACK, is_free
from grader.system.process import Process, Programs, how_it_ended, wait_until
from grader.watch.snapshot import ServiceNow

STOP_WITHIN = 2.0
"""Seconds that the old server may take to end after SIGTERM. Clause K3 gives it ten, but here the learner waits."""
MIGRATE_WITHIN = 60.0
FREE_WITHIN = 1.0
VERDICT_WITHIN = 0.5
"""Seconds that a new start waits for the verdict at most, so that it takes no processor from the check."""
SHOWN_LINES = 200


class RunningService:
    """The service of one project, on one port. A thread of its own starts and stops it, so that nobody waits for it.

    `problem` is one sentence when the service can't run because of something else than the learner's code.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        self._programs = Programs()
        self._process: Process | None = None
        self._said = ""
        self._ending = threading.Event()
        self._orders: SimpleQueue[threading.Event | None] = SimpleQueue()
        self.problem: str | None = None
        self._thread = threading.Thread(target=self._obey, daemon=True)

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def now(self) -> ServiceNow:
        """What the service is doing, and its last lines."""
        process = self._process
        if process is None:
            return ServiceNow(running=False, url=self.url, output=self._said)
        code = process.exit_code
        lines = process.output.text.splitlines()[-SHOWN_LINES:]
        if code is not None:
            lines.append(f"(Your service has ended: {how_it_ended(code)}.)")
        return ServiceNow(running=code is None, url=self.url, output="\n".join(lines))

    def begin(self) -> None:
        """Begin to obey. Nothing is started before `restart`."""
        self._thread.start()

    def restart(self, verdict: threading.Event) -> None:
        """Stop the service at once, and start today's code when the verdict is there, or half a second later."""
        self._orders.put(verdict)

    def close(self) -> None:
        """End the server and everything that it has started."""
        self._ending.set()
        self._orders.put(None)
        if self._thread.is_alive():
            self._thread.join(STOP_WITHIN + 3)
        self._programs.kill()

    def _obey(self) -> None:
        while (verdict := self._orders.get()) is not None:
            self._stop()
            verdict.wait(VERDICT_WITHIN)
            if self._orders.empty():
                self._start()
        self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(STOP_WITHIN)
            process.kill()

    def _start(self) -> None:
        """Run `migrate`, and start the server without waiting for it."""
        self.problem, self._said = None, ""
        try:
            self._start_or_raise()
        except ProjectError:
            self._said = "(Your service can't start before service.toml is mended.)"
        except Failed as failure:
            self._said = str(failure)
        except OSError as error:
            self.problem = f"Your service doesn't run beside the checks, as .kit/ can't be written: {error.strerror}."

    def _start_or_raise(self) -> None:
        project = config.read(self._folder)
        state = ProjectState(self._folder)
        data = state.data()
        more = {**serve.settings(state, self._port).environment, MARK: f"service-{os.getpid()}"}
        env = environment.for_server(project, port=self._port, data=data, more=more)
        if not wait_until(lambda: is_free(self._port), FREE_WITHIN):
            self.problem = (
                f"Port {self._port} is taken by another program, so your service doesn't run beside the checks; "
                f"end that program and save again, or choose another port: kit watch --port {self._port + 1}"
            )
        elif not project.migrate or self._migrates(project.fill(project.migrate, self._port, data), env):
            self._process = self._run(project.fill(project.server, self._port, data), env)

    def _migrates(self, argv: Sequence[str], env: Mapping[str, str]) -> bool:
        """Run `migrate` to its end, and tell whether it succeeded."""
        process = self._run(argv, env)
        wait_until(lambda: process.exit_code is not None or self._ending.is_set(), MIGRATE_WITHIN)
        code = process.exit_code
        process.kill()
        if code is None:
            self._said = f"{process.output.text}\n(migrate was ended before it was done.)"
        elif code:
            self._said = f"{process.output.text}\n(migrate has ended: {how_it_ended(code)}.)"
        return code == 0 and not self._ending.is_set()

    def _run(self, argv: Sequence[str], env: Mapping[str, str]) -> Process:
        return Process(argv, cwd=self._folder, env=env, mark=f"{MARK}={env[MARK]}", programs=self._programs)
