"""The file that Locust runs: each user requests `/`, and requests it again as soon as the answer has come."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import gevent  # type: ignore[import-untyped]
import geventhttpclient.client
from locust import FastHttpUser, events, task
from locust.env import Environment
from locust.runners import Runner

FOLDER = Path(os.environ["KIT_LOAD_FOLDER"])
SECONDS = float(os.environ["KIT_LOAD_SECONDS"])
PATIENCE = 10.0

# The HTTP client of FastHttpUser sends a GET again, up to eleven times, when the connection closes without an answer.
# Each time the service may write a row, so here the client sends every request once.
geventhttpclient.client.IDEMPOTENT_METHODS = frozenset()


class Visitor(FastHttpUser):
    """One user, without pauses, redirects and compression. Every answer but a complete 200 is a failure."""

    network_timeout = PATIENCE
    connection_timeout = PATIENCE
    max_redirects = 0
    over = False

    @task
    def root(self) -> None:
        """Request `/` once, and judge the answer."""
        # Locust ends a user between two requests by an exception, which may come when the next request is under way.
        if self.over:
            return
        began = time.perf_counter()
        try:
            with self.client.get("/", headers={"Accept-Encoding": "identity"}, catch_response=True) as response:
                if response.status_code != 200:
                    response.failure(f"status {response.status_code}")
        except gevent.GreenletExit as ended:
            self.report(began, ended)
            raise
        except Exception as error:  # noqa: BLE001 - Locust doesn't report a request whose answer it cannot decode
            self.report(began, error)

    def report(self, began: float, error: BaseException) -> None:
        """Report a request that Locust itself doesn't report."""
        self.environment.events.request.fire(
            request_type="GET",
            name="/",
            response_time=(time.perf_counter() - began) * 1000,
            response_length=0,
            exception=error,
            context={},
        )


class Recorder:
    """Keeps every request of the run, and writes all to a file when Locust ends."""

    def __init__(self, runner: Runner) -> None:
        self.samples: list[tuple[float, float, bool]] = []
        self.unanswered = 0
        self.runner = runner

    def note(self, response_time: float, exception: BaseException | None, **_: Any) -> None:
        """Keep one request. The exception that ends a user means that the answer had not come by then."""
        seconds = response_time / 1000
        self.samples.append((time.monotonic() - seconds, seconds, exception is None))
        self.unanswered += isinstance(exception, gevent.GreenletExit)

    def begin(self, **_: Any) -> None:
        """Report to the kit that all users have started, and start a timer. Locust's own counts only whole seconds."""
        now = time.monotonic()
        gevent.spawn(self.finish, now + SECONDS)
        self.write("began", repr(now))

    def finish(self, closing: float) -> None:
        """End the run at `closing`: users begin no new request, and Locust waits for those under way."""
        # One sleep may end early, because gevent counts it from the moment when it last read the clock.
        while (left := closing - time.monotonic()) > 0:
            gevent.sleep(left)
        Visitor.over = True
        self.runner.quit()

    def end(self, **_: Any) -> None:
        """Write all requests to `samples.json`."""
        self.write("samples.json", json.dumps({"samples": self.samples, "unanswered": self.unanswered}))

    def write(self, name: str, text: str) -> None:
        """Write a file so that it is complete as soon as it exists."""
        unfinished = FOLDER / f"{name}.unfinished"
        unfinished.write_text(text)
        unfinished.rename(FOLDER / name)


def prepare(environment: Environment, runner: Runner, **_: Any) -> None:
    """Connect a recorder to the events of the run."""
    recorder = Recorder(runner)
    hooks = environment.events
    listeners = (
        (hooks.request, recorder.note),
        (hooks.spawning_complete, recorder.begin),
        (hooks.quit, recorder.end),
    )
    for hook, listener in listeners:
        hook.add_listener(listener)  # type: ignore[no-untyped-call]


events.init.add_listener(prepare)  # type: ignore[no-untyped-call]
