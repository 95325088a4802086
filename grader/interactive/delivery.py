"""The delivery of events to a service on this machine, one after the other or all at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from grader.errors import Failed
from grader.http_client.client import HttpClient
from grader.interactive.event import Came, Event
from grader.text.shell import SERVE_PORT


class NobodyListens(Exception):
    """No program listens on the port. The text is for the learner, and names the command that starts the service."""


@dataclass(frozen=True)
class Post:
    """Delivers each event `repeat` times to a port."""

    port: int
    repeat: int = 1
    at_once: bool = False

    def carry(self, event: Event) -> Iterator[Came]:
        """Deliver an event, and yield the answers in order; raises NobodyListens when no program accepts it."""
        if self.at_once:
            yield from self._together(event, self.repeat)
        else:
            for number in range(self.repeat):
                yield self._deliver(event, number)

    def _together(self, event: Event, count: int) -> Iterator[Came]:
        barrier = threading.Barrier(count)

        def deliver(number: int) -> Came:
            barrier.wait()
            return self._deliver(event, number)

        with ThreadPoolExecutor(count) as pool:
            yield from list(pool.map(deliver, range(count)))

    def _deliver(self, event: Event, number: int) -> Came:
        written = event.write(number)
        http = HttpClient(self.port)
        try:
            return http.request(
                "POST", written.target, headers=written.headers, body=written.body, patience=event.patience
            )
        except Failed as failed:
            if failed.expected == "a connection":
                raise NobodyListens(nobody_listens(self.port)) from None
            return failed


def nobody_listens(port: int) -> str:
    """Return the sentence that no service listens on a port, with the command that starts one."""
    command = "kit serve" if port == SERVE_PORT else f"kit serve --port {port}"
    return f"No program listens on port {port}; start your service in another terminal: {command}"
