"""Carrying events to a service on this machine, one delivery after the other or all at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from grader.errors import Failed
from grader.http_client.client import HttpClient
from grader.interactive.event import Came, Event
from grader.text.shell import SERVE_PORT

MOST = 100


class NobodyListens(Exception):
    """There is no service to carry anything to; the text says so, and what to do."""


@dataclass(frozen=True)
class Post:
    """Carries each event `repeat` times to a port."""

    port: int
    repeat: int = 1
    at_once: bool = False

    def carry(self, event: Event) -> Iterator[Came]:
        """Deliver an event and yield what came back, in order; raises NobodyListens where nobody accepts it."""
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
    """Say that there is no service on a port, and how one gets there."""
    command = "kit serve" if port == SERVE_PORT else f"kit serve --port {port}"
    return f"Nobody listens on port {port}; start your service in another terminal: {command}"
