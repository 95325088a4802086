"""Captures what a project's programs print while a check runs, and picks the lines that may explain its failure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from grader.errors import Failed
from grader.service.server import Service
from grader.system.process import wait_until
from grader.text.last_words import last_words
from grader.text.stack_traces import stack_traces
from grader.text.values import shorten

ON_ITS_WAY = 0.05
"""Seconds that a line needs at most to get from a program to the kit."""


class ClientRun(Protocol):
    """What this module needs of a client's run: its exit code, and what it printed on stderr."""

    @property
    def code(self) -> int: ...

    @property
    def complained(self) -> str: ...


Ended = TypeVar("Ended", bound=ClientRun)


class OutputCapture:
    """Captures the output of clients and services while a check runs. `services` returns the services of the run."""

    def __init__(self, services: Callable[[], Iterable[Service]]) -> None:
        self._services = services
        self._before: dict[int, int] = {}
        self._sent_before: dict[int, int] = {}
        self._run: ClientRun | None = None

    def begin(self) -> None:
        """Begin a check: leave out everything that was printed before."""
        self._before = {id(service): service.printed for service in self._services()}
        self._sent_before = {id(service): len(service.exchanges) for service in self._services()}
        self._run = None

    def client(self, run: Ended) -> Ended:
        """Keep the run of a client as the last one, and return it."""
        self._run = run
        return run

    def spoken_to(self, request: str) -> list[Service]:
        """List the running services that got `request`.

        If several got it, list those that got a request during this check. If none got it, list all that got some
        request during this check.
        """
        running = [service for service in self._services() if service.running]
        used_now = [service for service in running if len(service.exchanges) > self._sent_before.get(id(service), 0)]
        asked = [service for service in running if any(line in request for line in service.exchanges)]
        return [service for service in asked if service in used_now] or asked or used_now

    def explanation(self, said: str) -> str:
        """Return the last lines that may explain the failure of this check, or `""`.

        After a run of the client, these are lines of its stderr, if it printed a stack trace, or if it failed and
        `said`, what the check reports already, doesn't contain them. Otherwise they are lines of a service that printed
        a stack trace.
        """
        if self._run is not None:
            errors = self._run.complained
            known = shorten(errors.encode()) in said
            return last_words(errors) if stack_traces(errors) or (self._run.code and not known) else ""
        return _trace((service, self._before.get(id(service), 0)) for service in self._services())


@contextmanager
def overheard(service: Service) -> Iterator[None]:
    """Add to a failure in this block the stack trace that the service printed.

    Code that runs in the background of other checks needs this, because `OutputCapture` follows one check at a time.
    """
    before = service.printed
    try:
        yield
    except Failed as failure:
        failure.log = failure.log or _trace([(service, before)])
        raise


def _trace(since: Iterable[tuple[Service, int]]) -> str:
    """Return the last lines of the first service that printed a stack trace since its position, or `""`."""
    services = list(since)

    def printed() -> str:
        outputs = (service.printed_since(before) for service, before in services)
        return next((text for text in outputs if stack_traces(text)), "")

    wait_until(lambda: bool(printed()), ON_ITS_WAY)
    return last_words(printed())
