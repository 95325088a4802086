"""One client with one connection: its requests go one after the other, from any address of this machine.

The other client of the checks opens a connection for each request. Floods, bursts and measurements need one that stays
open, that costs little itself, and that knows when each request was sent and when its answer had come.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from json import dumps
from types import TracebackType
from typing import Any, Self

from grader.errors import Failed, TooLate
from grader.http_client.client import AS_JSON, PATIENCE
from grader.http_client.exchange import Exchange, written
from grader.http_client.kept_reading import HEAD, Broken, Reading, stays_open
from grader.http_client.reader import plainly
from grader.http_client.reply import Reply
from grader.system.ports import LOOPBACK

KEEPING = {"Connection": "keep-alive"}


@dataclass(frozen=True)
class Answer:
    """An answer, with the moments of the monotonic clock at which its request was sent and it had come."""

    code: int
    head: bytes
    content: bytes
    exchange: Exchange
    sent: float
    received: float

    @property
    def seconds(self) -> float:
        """How long the client waited."""
        return self.received - self.sent

    @property
    def headers(self) -> dict[str, str]:
        """The headers, by their names in small letters; of a name that comes twice, the last counts."""
        lines = self.head.decode("latin-1").splitlines()[1:]
        pairs = (line.partition(":") for line in lines)
        return {name.strip().lower(): value.strip() for name, _, value in pairs if name}

    @cached_property
    def reply(self) -> Reply:
        """The answer as checks know it."""
        found = HEAD.match(self.head)
        reason = found[3].decode("latin-1").strip() if found else ""
        return Reply(self.code, reason, self.headers, self.content, self.exchange.line, self.seconds)


class KeptConnection:
    """A client that keeps its connection as long as the server does, and opens another when it needs one.

    `source` is the client's own address, one of the loopback addresses. With `keep=False`, each request has a new
    connection.
    """

    def __init__(self, port: int, *, source: str = "", keep: bool = True, patience: float = PATIENCE) -> None:
        self.port = port
        self._source = source
        self._keep = keep
        self._patience = patience
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def get(self, target: str) -> Answer:
        """Send one GET request."""
        return self.ask(self.written("GET", target))

    def post(self, target: str, value: Any, headers: dict[str, str] | None = None) -> Answer:
        """Send one POST request with a value in JSON."""
        return self.ask(self.written("POST", target, dumps(value).encode(), {**AS_JSON, **(headers or {})}))

    def written(self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Exchange:
        """Write a request for this client, which may be sent as often as wanted."""
        made = written(self.port, method, target, {**(KEEPING if self._keep else {}), **(headers or {})}, body)
        return replace(made, line=made.line.replace(" -H 'Connection: keep-alive'", ""))

    def ask(self, exchange: Exchange) -> Answer:
        """Send a request and read its whole answer; raises Failed or TooLate, with one sentence, when none comes."""
        with self._explained(exchange):
            sent = time.monotonic()
            reading = self._sent_on_the_old(exchange, sent + self._patience) or self._sent_on_a_new(exchange, sent)
            return self._answer(reading, exchange, sent)

    def ask_slowly(self, exchange: Exchange, first: int, seconds: float) -> Answer:
        """Send the first bytes of a request, the others some seconds later, and read its answer, as `ask` does."""
        self.close()
        with self._explained(exchange):
            connection = self._connected()
            sent = time.monotonic()
            connection.sendall(exchange.data[:first])
            time.sleep(seconds)
            connection.sendall(exchange.data[first:])
            return self._answer(Reading(connection, sent + self._patience), exchange, sent)

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @contextlib.contextmanager
    def _explained(self, exchange: Exchange) -> Iterator[None]:
        """End the connection when no complete answer comes, and raise Failed or TooLate with one sentence."""
        try:
            yield
        except TimeoutError:
            late = f"no complete answer within {self._patience:.0f} s"
            raise TooLate(late, expected="an answer", request=exchange.line) from None
        except (OSError, Broken) as error:
            came = str(error) if isinstance(error, Broken) else f"no answer ({plainly(error)})"
            raise Failed(came, expected="an answer", request=exchange.line) from None
        finally:
            if sys.exc_info()[0] is not None:
                self.close()

    def _answer(self, reading: Reading, exchange: Exchange, sent: float) -> Answer:
        try:
            head, content = reading.answer(exchange.method)
        except ValueError:
            head, content = b"", b""
        received = time.monotonic()
        found = HEAD.match(head)
        if found is None:
            raise Broken("an answer that is not valid HTTP")
        if not self._keep or reading.ended or not stays_open(head, found[1]):
            self.close()
        return Answer(int(found[2]), head, content, exchange, sent, received)

    def _sent_on_the_old(self, exchange: Exchange, deadline: float) -> Reading | None:
        """Send a request on the open connection; None without one, or when the server has ended it meanwhile."""
        if self._socket is None:
            return None
        reading = Reading(self._socket, deadline)
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(exchange.data)
            if reading.more():
                return reading
        return None

    def _sent_on_a_new(self, exchange: Exchange, sent: float) -> Reading:
        connection = self._connected()
        with contextlib.suppress(ConnectionError):  # a server may answer and end before it has read everything
            connection.sendall(exchange.data)
        return Reading(connection, sent + self._patience)

    def _connected(self) -> socket.socket:
        self.close()
        source = (self._source, 0) if self._source else None
        self._socket = socket.create_connection((LOOPBACK, self.port), self._patience, source)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket
