"""The lives of a service: one that is over, and one that began anew beside a neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.assertions.entries import Growth
from grader.errors import TooLate
from grader.service.server import Service
from grader.service.shutdown import Shutdown

if TYPE_CHECKING:
    from grader.service.database import Rows


class Restart:
    """The shared service's second life, and the neighbour that was started at the same time."""

    def __init__(self, service: Service, neighbour: Service, stopped: Shutdown) -> None:
        self.stopped = stopped
        self._service = service
        self._neighbour = neighbour

    def service(self) -> Service:
        """Wait for the restarted service; on the same port as before."""
        return _ready(self._service)

    def neighbour(self) -> Service:
        """Wait for the second service."""
        return _ready(self._neighbour)


@dataclass(frozen=True)
class Life:
    """One life of a service, over now: its data, and what grew in the database between start and end."""

    data: Path
    """Its data, for another life."""
    grown: Growth
    """By how many rows each table grew."""


def end(service: Service, before: Rows) -> Life:
    """Stop a service and say what grew in its database since `before`."""
    requests = len(service.http.exchanges)
    service.stop().in_time()
    lines = f"{service.http.exchanges[0]}   # {requests} in this life, then SIGTERM"
    return Life(service.data, service.database.difference(before, lines))


def _ready(service: Service) -> Service:
    """Wait for a launched service; one that took too long is launched anew, for whoever asks once more."""
    if not service.seconds_to_ready:
        try:
            service.ready()
        except TooLate:
            service.process.kill()
            service.launch()
            raise
    return service
