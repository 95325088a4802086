"""What a service says in `Server-Timing`, next to what the kit saw, also while the kit delays one thing on purpose."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

from grader.assertions.entries import Listing
from grader.assertions.observed import Observed
from grader.errors import Failed, NotChecked
from grader.http_client.client import AS_JSON
from grader.http_client.kept import Answer, KeptConnection
from grader.load.server_timing import durations
from grader.service.database import Database
from grader.service.readers_held import readers_held
from grader.service.server import Service
from grader.testdata.random_values import words

SLACK_MS = 5.0
"""Milliseconds by which `total` may be more than the kit saw."""
HELD = 0.4
"""Seconds for which the kit holds the database, or half of a body."""
NOTICED = 0.6
"""The share of the time held by which `db` must rise. A service may begin to wait a little later."""
ALMOST_ALL = 0.9
"""The share of the time held which an answer must have waited, so that the kit takes it for one that had to."""
UNNOTICED = 0.4
"""The share of another wait up to which `db` may seem to count it."""
TIMES = 2
OFTEN = 20
TO_THE_MICROSECOND = re.compile(r"total[^,]*dur=\"?[0-9]+\.(?!000)[0-9]{3}", re.IGNORECASE)
MILLISECOND = 1000.0
PATH = "/messages"


class Hidden(Listing):
    """Answers that waited for the database, and whose `db` doesn't say so."""

    timed = True

    def __new__(cls, entries: Iterable[str], *, request: str) -> Self:
        return super().__new__(cls, entries, request=request, what="answer")

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - there is one operator
        return f"db of {HELD * MILLISECOND * NOTICED:.0f} ms or more in every answer that waited for the database"


class DatabaseWait(float, Observed):
    """The `db` of one answer. A check compares it with the most that it may be."""

    timed = True
    header: str

    def __new__(cls, said: Said) -> Self:
        made = super().__new__(cls, said.db)
        made.header, made.request = said.header, said.answer.exchange.line
        return made

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - there is one operator
        return f"db that leaves out the {HELD * MILLISECOND:.0f} ms which the client takes to send its body"

    def actual_text(self) -> str:
        return self.header


@dataclass(frozen=True)
class Said:
    """What one answer stated, in milliseconds, and what the kit saw."""

    db: float
    total: float
    seen: float
    header: str
    answer: Answer

    @property
    def fault(self) -> str:
        """Say what can't be true of it; `""` when nothing is wrong."""
        if self.db > self.total:
            return f"db is more than total ({self.header})"
        if self.total > self.seen + SLACK_MS:
            return f"total is more than the {self.seen:.1f} ms that the client waited ({self.header})"
        return ""


class TimedService:
    """A service with `TIMING=on`, whose answers state where the time went."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def impossible(self, method: str, count: int) -> Listing:
        """Send requests one after the other, and list what their headers state and can't be. Raises Failed without."""
        request = self._request(method)
        with KeptConnection(self.service.port.number) as connection:
            said = [read(request(connection)) for _ in range(count)]
        return _impossible(said)

    def hidden_waits(self, method: str) -> Listing:
        """Send requests while the kit holds the database, and list those which waited and whose `db` doesn't say so.

        A GET may need no database. Raises NotChecked where a POST doesn't wait, or where the kit can't hold it.
        """
        if not self.service.project.has_file_database:
            raise NotChecked("The kit cannot hold a database that is not an SQLite file.")
        request = self._request(method)
        hold = readers_held if method == "GET" else Database.locked
        said = []
        with KeptConnection(self.service.port.number) as connection:
            for _ in range(TIMES):
                request(connection)
                with hold(self.service.database, HELD):
                    said.append(read(request(connection)))
        waited = [one for one in said if one.seen >= HELD * MILLISECOND * ALMOST_ALL]
        if method == "POST" and not waited:
            raise NotChecked(
                f"The answer to a POST came {said[0].seen:.0f} ms after the request, while another program held the "
                f"database for {HELD * MILLISECOND:.0f} ms. So the kit can't see whether db counts such a wait.",
                because="project",
            )
        least = HELD * MILLISECOND * NOTICED
        hidden = [f"{one.header} after {one.seen:.0f} ms" for one in waited if one.db < least]
        line = said[0].answer.exchange.line
        return Hidden(hidden, request=f"{line}   # while another program holds the database for {HELD:g} s")

    def impossible_after_slow_ones(self) -> Listing:
        """Visit / and read once each while the kit holds the database, then read often, and list what can't be.

        The time of one request is in no other's header: not in those that come from a cache, nor in the next one's.
        """
        write, read_page = self._request("POST"), self._request("GET")
        said = []
        with KeptConnection(self.service.port.number) as connection:
            if self.service.project.has_file_database:
                with Database.locked(self.service.database, HELD):
                    connection.get("/")
                said.append(read(write(connection)))
                with readers_held(self.service.database, HELD):
                    said.append(read(read_page(connection)))
            often = [read(read_page(connection)) for _ in range(OFTEN)]
        return _impossible(often, said)

    def db_while_half_sent(self) -> DatabaseWait:
        """Send half of a body, wait, send the other half, and give `db` of the answer."""
        with KeptConnection(self.service.port.number) as connection:
            body = _body()
            exchange = connection.written("POST", PATH, body, dict(AS_JSON))
            half = len(exchange.data) - len(body) // 2
            return DatabaseWait(read(connection.ask_slowly(exchange, half, HELD)))

    def _request(self, method: str) -> Callable[[KeptConnection], Answer]:
        if method == "GET":
            return lambda connection: connection.get(PATH)
        return lambda connection: connection.ask(connection.written("POST", PATH, _body(), dict(AS_JSON)))


def _impossible(often: list[Said], more: Iterable[Said] = ()) -> Listing:
    """List what can't be true of some answers, and of those that came to the same request in turn."""
    faulty = [one for one in (*more, *often) if one.fault]
    faults = [one.fault for one in faulty]
    if len({(one.db, one.total) for one in often}) == 1 and re.search(TO_THE_MICROSECOND, often[0].header):
        faults.append(f"the same to the microsecond in {len(often)} answers ({often[0].header})")
    shown = (faulty or often)[0]
    return Listing(faults, request=shown.answer.exchange.line, what="duration that can't be")


def read(answer: Answer) -> Said:
    """Read the header of an answer; raises Failed where it is missing, or lacks one of the two durations."""
    header = answer.headers.get("server-timing", "")
    stated = durations(header)
    missing = [name for name in ("db", "total") if name not in stated]
    if answer.code not in (200, 201):
        raise Failed(answer.reply.summary, expected="200 or 201", request=answer.exchange.line)
    if missing:
        came = f"Server-Timing: {header}" if header else "no header Server-Timing"
        raise Failed(came, expected=" and ".join(f"{name};dur=MS" for name in missing), request=answer.exchange.line)
    return Said(stated["db"], stated["total"], answer.seconds * MILLISECOND, f"Server-Timing: {header}", answer)


def _body() -> bytes:
    return json.dumps({"text": words()}).encode()
