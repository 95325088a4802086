"""Captures what a project's programs print while a check runs, and picks the lines that may explain its failure."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol, TypeVar

from grader.errors import Failed
from grader.results.results import CheckResult
from grader.service.server import Service
from grader.system.process import wait_until
from grader.text.shell import is_side_by_side
from grader.text.story import KEPT_BY_HOLD
from grader.text.values import shorten

ON_ITS_WAY = 0.05
"""Seconds that a line needs at most to get from a program to the kit."""
SERVER_ERROR = re.compile(r"\b5\d\d [A-Z]|× 5\d\d\b")
"""A status in what a check reports, such as `500 INTERNAL SERVER ERROR` or `1 × 500`."""
IS_LOCKED = re.compile(r"database (table )?is locked|SQLITE_(BUSY|LOCKED)", re.IGNORECASE)
LEFT_OPEN = (
    "only your server uses this database: did an earlier request leave a transaction open, without a commit (1.7)?"
)


class ClientRun(Protocol):
    """What this module needs of a client's run: its exit code, and what it printed on stderr."""

    @property
    def code(self) -> int: ...

    @property
    def complained(self) -> str: ...


Ended = TypeVar("Ended", bound=ClientRun)


@dataclass(frozen=True)
class Situation:
    """What a check left: the service that it asked, those that run, and whether the database is locked again."""

    subject: Service | None
    running: Sequence[Service]
    locked: bool

    @property
    def start(self) -> str:
        """The command that starts a server on the data of the one that was asked; empty while that one runs."""
        return "" if self.subject is None or self.subject.running else self.subject.line(data=self.subject.data)

    def adapted(self, found: CheckResult) -> CheckResult:
        """Return a result whose line, if it starts a server, starts it on the data that the check left."""
        if self.subject is None or found.request.removesuffix(KEPT_BY_HOLD) != self.subject.line():
            return found
        return replace(found, request=self.subject.line(data=self.subject.data))


class OutputCapture:
    """Captures the output of clients and services while a check runs. `services` returns the services of the run."""

    def __init__(self, services: Callable[[], Iterable[Service]]) -> None:
        self._services = services
        self._before: dict[int, int] = {}
        self._sent_before: dict[int, int] = {}
        self._told_before: dict[int, int] = {}
        self._run: ClientRun | None = None
        self._began, self._found_at = 0.0, inf

    def begin(self) -> None:
        """Begin a check: leave out everything that was printed before."""
        self._before = {id(service): service.printed for service in self._services()}
        self._sent_before = {id(service): len(service.exchanges) for service in self._services()}
        self._told_before = {id(service.story): len(service.story) for service in self._services()}
        self._run = None
        self._began, self._found_at = time.monotonic(), inf

    def found(self) -> None:
        """Note that the check has found something. Afterwards its service may end, and another one may get its port."""
        self._found_at = min(self._found_at, time.monotonic())

    def client(self, run: Ended) -> Ended:
        """Keep the run of a client as the last one, and return it."""
        self._run = run
        return run

    def spoken_to(self, request: str) -> list[Service]:
        """List the running services that got `request`. The one that got it last comes first.

        If several got it, list those that got a request during this check. If none got it, list all that got some
        request during this check.
        """
        running = [service for service in self._services() if service.running]
        used_now = [service for service in running if len(service.exchanges) > self._sent_before.get(id(service), 0)]
        asked = [service for service in running if any(line in request for line in service.exchanges)]
        found = [service for service in asked if service in used_now] or asked or used_now
        return sorted(found, key=lambda service: service.story.last(request), reverse=True)

    def before(self, request: str) -> str:
        """Tell in one line what the kit did to the service before `request`, or return `""`."""
        subject = self._subject(request)
        return subject.story.told(request, self._since(subject)) if subject else ""

    def noted(self, request: str) -> str:
        """Return a line to paste. If it starts a server that failed on earlier data, a comment says where these are."""
        subject = self._subject(request)
        failed_on_data = subject is not None and subject.story.has_past and request == subject.line()
        return f"{request}{KEPT_BY_HOLD}" if failed_on_data else request

    def remark(self, request: str, log: str) -> str:
        """Say what a locked database means where the kit never held it, and sent one request at a time; else empty."""
        subject = self._subject(request)
        alone = subject is not None and subject.story.is_left_alone and not is_side_by_side(request)
        return LEFT_OPEN if alone and IS_LOCKED.search(log) else ""

    @contextmanager
    def as_it_was(self, request: str) -> Iterator[Situation]:
        """Give the services of `request` as the check left them. If it locked the database, lock it again meanwhile."""
        subject = self._subject(request)
        running = self.spoken_to(request) if subject is None or subject.running else []
        was_locked = bool(subject and subject.running and subject.story.locked(request, self._since(subject)))
        with subject.database.held() if subject and was_locked else nullcontext() as locked:
            yield Situation(subject, running, bool(locked))

    def _subject(self, request: str) -> Service | None:
        """Return the service that `request` was meant for, running or not: the one that got such a request last.

        All have the same address in a line to paste, and the kit prepares others in the background. So what the check
        itself has sent counts first.
        """
        for own in (True, False):
            times = [(service.story.last(request, self._found_at, own=own), service) for service in self._services()]
            at, found = max(reversed(times), key=lambda entry: entry[0], default=(0.0, None))
            if at and (at >= self._began or not own):
                return found
        return None

    def _since(self, service: Service) -> int:
        """Count what was done before this check; nothing on a server of a few checks, which may have begun early."""
        return self._told_before.get(id(service.story), 0) if service.story.is_common else 0

    def explanation(self, said: str) -> str:
        """Return the last lines that may explain the failure of this check, or `""`.

        After a run of the client, these are lines of its stderr, if it printed a stack trace, or if it failed and
        `said`, what the check reports already, doesn't contain them. Otherwise they are lines of a service that printed
        a stack trace, or answered with a server error.
        """
        from grader.text.last_words import last_words  # a slow import, which only a failure needs
        from grader.text.stack_traces import stack_traces

        if self._run is not None:
            errors = self._run.complained
            known = shorten(errors.encode()) in said
            return last_words(errors) if stack_traces(errors) or (self._run.code and not known) else ""
        since = [(service, self._before.get(id(service), 0)) for service in self._services()]
        return _trace(since) or (_printed(since) if SERVER_ERROR.search(said) else "")


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


def _printed(since: Iterable[tuple[Service, int]]) -> str:
    """Return the last lines of the first service that printed something since its position, or `""`."""
    from grader.text.last_words import last_words

    outputs = (last_words(service.printed_since(before)) for service, before in since)
    return next((words for words in outputs if words), "")


def _trace(since: Iterable[tuple[Service, int]]) -> str:
    """Return the last lines of the first service that printed a stack trace since its position, or `""`."""
    from grader.text.last_words import last_words
    from grader.text.stack_traces import stack_traces

    services = list(since)

    def printed() -> str:
        outputs = (service.printed_since(before) for service, before in services)
        return next((text for text in outputs if stack_traces(text)), "")

    wait_until(lambda: bool(printed()), ON_ITS_WAY)
    return last_words(printed())
