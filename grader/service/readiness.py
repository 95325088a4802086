"""The wait for a server's first answer, and the error when no answer comes."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn, Protocol

from grader.errors import Failed, TooLate
from grader.project.config import Project
from grader.system import process_tree
from grader.system.ports import Port, answers
from grader.system.process import Process, how_it_ended, wait_until

if TYPE_CHECKING:
    from grader.http_client.client import HttpClient  # imported later, while the server starts

DYING = 0.5
"""How long a process may take to end after its connections have ended, in seconds."""


class Starting(Protocol):
    """A launched server: the part of `Service` that this module needs."""

    project: Project
    port: Port

    @property
    def process(self) -> Process: ...

    @property
    def http(self) -> HttpClient: ...

    @property
    def log(self) -> str: ...

    def line(self) -> str:
        """Write the server's command as a person would type it."""


class Taken(Exception):
    """Another program listens on the port that the kit chose."""


def await_answer(service: Starting, deadline: float) -> None:
    """Wait until the server has answered its first request, at most until `deadline` on the monotonic clock.

    Raises Failed when the process ends first, TooLate when no answer comes, Taken when another program has the port.
    """
    process = service.process
    while (prepared := service.http.prepare_if_listening("GET", "/")) is None:
        if process.exit_code is not None:
            _explain_death(service)
        if time.monotonic() > deadline:
            raise TooLate(_not_listening(service), expected=_promise(service), request=service.line(), log=service.log)
        time.sleep(0.005)
    if _is_port_taken(service):
        prepared.connection.close()
        raise Taken
    try:
        prepared.send(max(1.0, deadline - time.monotonic()))
    except Failed as failure:
        if process.wait(DYING) is not None:
            _explain_death(service)
        failure.expected, failure.request, failure.log = _promise(service), service.line(), service.log
        raise
    if process.exit_code is not None:
        _explain_death(service)


@contextlib.contextmanager
def advised(project: Project) -> Iterator[None]:
    """Add to a failure of a start what has to be installed first, if that may be the reason."""
    try:
        yield
    except Failed as failure:
        from grader.project import advice  # few starts fail

        if more := advice.on_start(project, f"{failure.actual}\n{failure.log}"):
            failure.actual = f"{failure.actual.removesuffix('.')}; {more}"
        raise


def _promise(service: Starting) -> str:
    return f"an answer to GET / on the port in PORT within {service.project.start_timeout:g} s"


def _explain_death(service: Starting) -> NoReturn:
    """Raise Failed with the end of the started process, or Taken when another program had its port."""
    code = service.process.exit_code or 0
    if code and _is_port_taken(service):
        raise Taken
    left = service.process.tree() or answers(service.port.number)
    service.process.output.finish(0.0 if left else 1.0)
    actual, expected = f"the server stopped before it answered ({how_it_ended(code)})", _promise(service)
    if left and not code:
        others = [f"{process_tree.command_of(pid)} (pid {pid})" for pid in service.process.tree()]
        actual = f"the started process ended and left another one in the background{': ' if others else ''}"
        actual += ", ".join(others[:2])
        expected = "a server that stays in the foreground"
    raise Failed(actual, expected=expected, request=service.line(), log=service.log)


def _not_listening(service: Starting) -> str:
    ports = process_tree.listening_ports(service.process.tree())
    if service.port.number in ports:
        return "the server listens on the port in PORT, but not at 127.0.0.1"
    elsewhere = ports - {service.port.number}
    where = f"; the server listens on {', '.join(map(str, sorted(elsewhere)))} instead" if elsewhere else ""
    return f"no program listened on the port in PORT{where}"


def _is_port_taken(service: Starting) -> bool:
    """Tell whether a program that the kit did not start listens on the port.

    The kit looks for half a second, because a server that is just ending can look like another program.
    """
    return not wait_until(
        lambda: not process_tree.is_taken(service.port.number, process_tree.descendants(os.getpid())), DYING
    )
