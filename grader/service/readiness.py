"""The wait for a server's first answer, and what to say when it doesn't come."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NoReturn, Protocol

from grader.errors import Failed, TooLate
from grader.project.config import Project
from grader.system import process_tree
from grader.system.ports import Port, answers
from grader.system.process import Process, how_it_ended, wait_until

if TYPE_CHECKING:
    from grader.http_client.client import HttpClient  # it is only imported when the server is starting

DYING = 0.5
"""How long a process may take to be gone after its connections are, in seconds."""


class Starting(Protocol):
    """A server that was launched, as far as the wait for it needs to know."""

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
    """Somebody else listens on the port that was chosen."""


def await_answer(service: Starting, deadline: float) -> None:
    """Wait until the server has answered its first request, on the monotonic clock until `deadline`.

    Raises Failed when the process ends before, TooLate when nobody answers, Taken when somebody else has the port.
    """
    process = service.process
    while (prepared := service.http.prepare_if_listening("GET", "/")) is None:
        if process.exit_code is not None:
            _explain_death(service)
        if time.monotonic() > deadline:
            raise TooLate(_nobody_there(service), expected=_promise(service), request=service.line(), log=service.log)
        time.sleep(0.005)
    if _somebody_else(service):
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


def _promise(service: Starting) -> str:
    return f"an answer to GET / on the port in PORT within {service.project.start_timeout:g} s"


def _explain_death(service: Starting) -> NoReturn:
    """Say how the started process ended, unless another program had its port."""
    code = service.process.exit_code or 0
    if code and _somebody_else(service):
        raise Taken
    left = service.process.tree() or answers(service.port.number)
    service.process.output.finish(0.0 if left else 1.0)
    said, expected = f"the server stopped before it answered ({how_it_ended(code)})", _promise(service)
    if left and not code:
        said = "the started process ended and left another one in the background"
        expected = "a server that stays in the foreground"
    raise Failed(said, expected=expected, request=service.line(), log=service.log)


def _nobody_there(service: Starting) -> str:
    ports = process_tree.listening_ports(service.process.tree())
    if service.port.number in ports:
        return "the server listens on the port in PORT, but not at 127.0.0.1"
    elsewhere = ports - {service.port.number}
    where = f"; the server listens on {', '.join(map(str, sorted(elsewhere)))} instead" if elsewhere else ""
    return f"nobody listened on the port in PORT{where}"


def _somebody_else(service: Starting) -> bool:
    """Tell whether a program that the kit did not start listens on the port; a dying server only seems to."""
    return not wait_until(
        lambda: not process_tree.is_taken(service.port.number, process_tree.descendants(os.getpid())), DYING
    )
