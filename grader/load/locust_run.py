"""Locust in the foreground, as at work: with its own page, from several processes, or from several machines."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Failed, MachineError, UsageError
from grader.load.workloads import WORKLOADS
from grader.system import foreground
from grader.system.ports import LOOPBACK, answers_at, is_free
from grader.system.process import how_it_ended, wait_until

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
GRACE = 15.0
"""Seconds that Locust has to print its figures and end, after Ctrl-C."""
PORT = 5557
"""The port at which a master waits for others, unless another one is given; Locust's own choice."""
WEB_PORT = 8089
"""The port of Locust's own page."""
JOINED_WITHIN = 60
"""Seconds that a master waits for others to join, and that others wait for a master."""
ADDRESS = re.compile(r"([A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
HIGHEST_PORT = 65_536
MOST_FAILED = 0.01
"""The share of the requests that may fail in a run that went well."""


@dataclass(frozen=True)
class Address:
    """Where a master waits for others."""

    host: str
    port: int = PORT

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host == "localhost" or self.host.startswith("127.")


def address(text: str) -> Address:
    """Read an address such as `127.0.0.1:5557` or `192.168.1.5`; raises UsageError for anything else."""
    found = ADDRESS.fullmatch(text)
    port = int(found[2] or PORT) if found else 0
    if found is None or not 0 < port < HIGHEST_PORT:
        raise UsageError(f'"{text}" is no address; it must be like 127.0.0.1:{PORT} or 192.168.1.5')
    if not found[1].strip("0."):
        raise UsageError(f'"{text}" means every address; name the one of this machine that the others use.')
    return Address(found[1], port)


@dataclass(frozen=True)
class LocustRun:
    """What is sent, by how many users, for how long, and from how many processes; `web` opens Locust's page instead.

    With `master`, so many `workers` have to join at this address, from this machine or from others.
    """

    workload: str
    users: int
    seconds: float
    workers: int = 0
    web: bool = False
    master: Address | None = None

    def in_foreground(self, url: str) -> bool:
        """Run Locust until its end, and return True; False when Ctrl-C ended it.

        Raises Failed when hardly any request was answered well, MachineError when Locust fails or nobody joins.
        """
        if self.master is not None and not is_free(self.master.port, self.master.host):
            raise MachineError(f"Nobody can wait at {self.master}: the address isn't this machine's, or it is taken.")
        if self.web and not is_free(WEB_PORT):
            raise MachineError(f"Port {WEB_PORT}, at which Locust shows its page, is taken by another program.")
        with tempfile.TemporaryDirectory(prefix="kit-load-", ignore_cleanup_errors=True) as place:
            figures = Path(place) / "figures.json"
            code = _run(self._command(url), place, KIT_LOAD_REQUESTS=self._requests(), KIT_LOAD_FIGURES=str(figures))
            if code is None:
                return self.web
            sent, failed = json.loads(figures.read_text()) if figures.exists() else (0, 0)
        if code and not sent:
            raise MachineError(self._reason(code))
        if not self.web:
            confirm(sent, failed)
        return True

    def _requests(self) -> str:
        return json.dumps([request.to_json() for request in WORKLOADS[self.workload]])

    def _reason(self, code: int) -> str:
        if self.master is not None and code == 1:
            return f"Too few joined within {JOINED_WITHIN} s: {self.workers or 1} had to."
        return f"Locust ended without a result ({how_it_ended(code)})."

    def _command(self, url: str) -> list[str]:
        command = [*_locust(), "--host", url]
        if self.master is not None:
            command += ["--master", "--master-bind-host", self.master.host, "--master-bind-port", str(self.master.port)]
            command += ["--expect-workers", str(self.workers or 1), "--expect-workers-max-wait", str(JOINED_WITHIN)]
        elif self.workers > 1:
            command += ["--processes", str(self.workers)]
        if self.web:
            return [*command, "--web-host", LOOPBACK, "--web-port", str(WEB_PORT), "--users", str(self.users)]
        rate = ["--users", str(self.users), "--spawn-rate", str(self.users), "--run-time", f"{self.seconds:g}s"]
        return [*command, "--headless", "--only-summary", "--exit-code-on-error", "0", *rate]


def join(master: Address, workers: int) -> bool:
    """Send load for a master, from so many processes, until it ends; return False when Ctrl-C ended it before.

    Raises MachineError when no master is there, or it goes away.
    """
    if not wait_until(lambda: answers_at(master.host, master.port), JOINED_WITHIN, 0.2):
        raise MachineError(
            f"Nobody answered at {master} within {JOINED_WITHIN} s: does kit load --master run, and is the way open?"
        )
    several = ["--processes", str(workers)] if workers > 1 else []
    command = [*_locust(), "--worker", "--master-host", master.host, "--master-port", str(master.port), *several]
    with tempfile.TemporaryDirectory(prefix="kit-load-", ignore_cleanup_errors=True) as place:
        code = _run(command, place)
    if code:
        raise MachineError(f"The load ended too early here ({how_it_ended(code)}): has the master gone?")
    return code is not None


def confirm(sent: int, failed: int) -> None:
    """Raise Failed when hardly any request was answered well."""
    if not sent:
        raise Failed("No request was sent, or none was answered.")
    if failed > MOST_FAILED * sent:
        raise Failed(f"{failed} of {sent} requests failed.")


def _locust() -> list[str]:
    # -P: Python imports no module from the working directory.
    return [sys.executable, "-P", "-m", "locust", "--locustfile", str(LOCUSTFILE)]


def _run(command: list[str], place: str, **more: str) -> int | None:
    env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": place, "LC_ALL": "C.UTF-8", **more}
    return foreground.run(command, Path(place), env, on_ctrl_c=signal.SIGINT, grace=GRACE)
