"""What a project's programs were sent, and printed, while one check ran, where that may explain why it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from grader.errors import Failed
from grader.service.server import Service
from grader.system.process import last_lines, wait_until
from grader.text.values import shorten, stack_traces

ON_ITS_WAY = 0.05
"""Seconds that a line may need at most from a program to us."""


class ClientRun(Protocol):
    """How one run of a client ended, as far as it matters here: its exit code, and what it printed on stderr."""

    @property
    def code(self) -> int: ...

    @property
    def complained(self) -> str: ...


Ended = TypeVar("Ended", bound=ClientRun)


class OutputCapture:
    """Listens while a check runs; `services` names the services that there are."""

    def __init__(self, services: Callable[[], Iterable[Service]]) -> None:
        self._services = services
        self._before: dict[int, int] = {}
        self._sent_before: dict[int, int] = {}
        self._run: ClientRun | None = None

    def begin(self) -> None:
        """Forget what was printed so far: a check begins."""
        self._before = {id(service): service.printed for service in self._services()}
        self._sent_before = {id(service): len(service.exchanges) for service in self._services()}
        self._run = None

    def client(self, run: Ended) -> Ended:
        """Keep how a client's last run ended, and hand it on."""
        self._run = run
        return run

    def spoken_to(self, request: str) -> list[Service]:
        """List the running services that were sent a request; of several, those that this check spoke to."""
        running = [service for service in self._services() if service.running]
        lately = [service for service in running if len(service.exchanges) > self._sent_before.get(id(service), 0)]
        asked = [service for service in running if any(line in request for line in service.exchanges)]
        return [service for service in asked if service in lately] or asked or lately

    def explanation(self, said: str) -> str:
        """Return the last lines of a client that failed, or of a server with a stack trace; nothing when `said`."""
        if self._run is not None:
            complaint = self._run.complained
            known = shorten(complaint.encode()) in said
            return last_lines(complaint) if stack_traces(complaint) or (self._run.code and not known) else ""
        return _trace((service, self._before.get(id(service), 0)) for service in self._services())


@contextmanager
def overheard(service: Service) -> Iterator[None]:
    """Let a failure carry the stack trace that a service prints meanwhile, in the background of other checks."""
    before = service.printed
    try:
        yield
    except Failed as failure:
        failure.log = failure.log or _trace([(service, before)])
        raise


def _trace(since: Iterable[tuple[Service, int]]) -> str:
    """Return the last lines that one of some servers has printed since, where there is a stack trace among them."""
    servers = list(since)

    def printed() -> str:
        said = (service.printed_since(before) for service, before in servers)
        return next((text for text in said if stack_traces(text)), "")

    wait_until(lambda: bool(printed()), ON_ITS_WAY)
    return last_lines(printed())
