"""The lives of a service: one that is over, and one that began anew beside a neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.seen import Growth
from grader.service import Service
from grader.stopped import Stopped

if TYPE_CHECKING:
    from grader.database import Rows


class Restart:
    """The shared service's second life, and the neighbour that was started at the same time."""

    def __init__(self, service: Service, neighbour: Service, stopped: Stopped) -> None:
        self.stopped = stopped
        self._service = service
        self._neighbour = neighbour

    def service(self) -> Service:
        """Wait for the restarted service; on the same port as before."""
        if not self._service.seconds_to_ready:
            self._service.ready()
        return self._service

    def neighbour(self) -> Service:
        """Wait for the second service."""
        if not self._neighbour.seconds_to_ready:
            self._neighbour.ready()
        return self._neighbour


@dataclass(frozen=True)
class Life:
    """One life of a service, over now: its data, and what grew in the database between start and end."""

    data: Path
    grown: Growth


def end(service: Service, before: Rows) -> Life:
    """Stop a service and say what grew in its database since `before`."""
    requests = len(service.wire.exchanges)
    service.stop().in_time()
    lines = f"{service.wire.exchanges[0]}   # {requests} in this life, then SIGTERM"
    return Life(service.data, service.database.difference(before, lines))
