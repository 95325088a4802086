"""Locust in the foreground, as at work: with its own page, with several processes, or with a learner's own file."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.load.workloads import WORKLOADS
from grader.project import environment
from grader.project.config import Project
from grader.system import foreground

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
GRACE = 15.0
"""Seconds that Locust has to print its figures and end, after Ctrl-C."""


@dataclass(frozen=True)
class LocustRun:
    """What is sent, by how many users, for how long, from how many processes; `web` opens Locust's page instead."""

    workload: str
    users: int
    seconds: float
    workers: int = 0
    web: bool = False

    def in_foreground(self, project: Project, url: str, command: Sequence[str] = ()) -> int:
        """Run Locust, or `command` of the project, until its end or Ctrl-C, and return its exit code.

        In `command`, `{url}`, `{users}` and `{seconds}` are filled in, as clause K1 says.
        """
        if command:
            values = {"{url}": url, "{users}": str(self.users), "{seconds}": f"{self.seconds:g}"}
            argv = [_filled(word, values) for word in command]
            return self._run(argv, project.folder, environment.for_client(project, server_url=url))
        requests = json.dumps([request.to_json() for request in WORKLOADS[self.workload]])
        with tempfile.TemporaryDirectory(prefix="kit-load-", ignore_cleanup_errors=True) as place:
            env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": place, "LC_ALL": "C.UTF-8"}
            return self._run(self._command(url), Path(place), env | {"KIT_LOAD_REQUESTS": requests})

    @staticmethod
    def _run(argv: list[str], folder: Path, env: dict[str, str]) -> int:
        return foreground.run(argv, folder, env, on_ctrl_c=signal.SIGINT, grace=GRACE) or 0

    def _command(self, url: str) -> list[str]:
        # -P: Python imports no module from the working directory.
        start = [sys.executable, "-P", "-m", "locust", "--locustfile", str(LOCUSTFILE), "--host", url]
        several = ["--processes", str(self.workers)] if self.workers > 1 else []
        if self.web:
            return [*start, *several, "--web-host", "127.0.0.1", "--users", str(self.users)]
        rate = ["--users", str(self.users), "--spawn-rate", str(self.users), "--run-time", f"{self.seconds:g}s"]
        return [*start, *several, "--headless", "--only-summary", "--exit-code-on-error", "0", *rate]


def _filled(word: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word
