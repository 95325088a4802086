"""The load test that a learner wrote: the command under [load] in service.toml, run in the foreground."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Sequence

from grader.errors import Failed
from grader.project import environment
from grader.project.config import Project
from grader.service.server import Service
from grader.system import foreground
from grader.system.ports import connections
from grader.system.process import how_it_ended

GRACE = 15.0
"""Seconds that the load test has to print its figures and end, after Ctrl-C."""
LONGER = 30.0
"""Seconds that a load test may take beside those for which it is asked to send: to start, and to end."""
LOOK_EVERY = 0.1


def run(project: Project, service: Service, command: Sequence[str], users: int, seconds: float) -> bool:
    """Run a learner's load test against a service until its end, and return True; False when Ctrl-C ended it.

    In the command, `{url}`, `{users}` and `{seconds}` are filled in, as clause K1 says. Raises Failed when it ends with
    another exit code than 0, never opened a connection to the service, or doesn't end by itself.
    """
    values = {"{url}": service.url, "{users}": str(users), "{seconds}": f"{seconds:g}"}
    argv = [_filled(word, values) for word in command]
    env = environment.for_client(project, server_url=service.url)
    watch = Watch(service.port.number)
    try:
        with watch:
            code = foreground.run(
                argv,
                project.folder,
                env,
                on_ctrl_c=signal.SIGINT,
                grace=GRACE,
                within=seconds + LONGER,
                beside=watch.begin,
            )
    except TimeoutError:
        raise Failed(
            f"Your load test was still running {LONGER:.0f} s after its {seconds:g} s, so kit has ended it: "
            "the command under [load] has to end by itself after {seconds}."
        ) from None
    if code is None:
        return False
    if code:
        more = " Locust ends so when a request failed." if code == 1 and "locust" in " ".join(argv) else ""
        raise Failed(f"Your load test ended with {how_it_ended(code)}.{more}")
    if watch.saw_none:
        raise Failed(f"Your load test never connected to your server, at {service.url}, and says that all went well.")
    return True


class Watch:
    """Looks again and again whether somebody connects to a port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._before = connections(port)
        self._seen = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    @property
    def saw_none(self) -> bool:
        """Whether certainly nobody connected; False where the system doesn't tell."""
        return self._before is not None and not self._seen

    def begin(self, _process: subprocess.Popen[bytes]) -> None:
        """Begin to look."""
        self._thread.start()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _look(self) -> None:
        while not self._seen:
            over = self._over.is_set()  # one last look follows, as ended connections can be seen for a while
            self._seen = bool((connections(self._port) or frozenset()) - (self._before or frozenset()))
            if over:
                return
            self._over.wait(LOOK_EVERY)


def _filled(word: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word
