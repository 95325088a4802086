"""Services that have ended, and a service that is started again."""

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
    """The shared service after a new start, and a second service that was started at the same time."""

    def __init__(self, service: Service, neighbour: Service, stopped: Shutdown) -> None:
        self.stopped = stopped
        self._service = service
        self._neighbour = neighbour

    def service(self) -> Service:
        """Wait for the restarted service, and return it. It has the same port as before."""
        return _ready(self._service)

    def neighbour(self) -> Service:
        """Wait for the second service, and return it."""
        return _ready(self._neighbour)


@dataclass(frozen=True)
class Life:
    """A service that has ended: its data, and the new rows in its database between start and end."""

    data: Path
    """The folder of its data, which another service can use."""
    grown: Growth
    """The number of new rows in each table."""


def end(service: Service, before: Rows) -> Life:
    """Stop a service, and return it with the new rows in its database since `before`; raises TooLate."""
    requests = len(service.http.exchanges)
    service.stop().in_time()
    lines = f"{service.http.exchanges[0]}   # {requests} in this life, then SIGTERM"
    return Life(service.data, service.database.difference(before, lines))


def _ready(service: Service) -> Service:
    """Wait for a launched service. When it takes too long, launch it again for a second call, and raise TooLate."""
    if not service.seconds_to_ready:
        try:
            service.ready()
        except TooLate:
            service.process.kill()
            service.launch()
            raise
    return service
