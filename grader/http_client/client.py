"""The HTTP client of the checks: each request has a new connection, one deadline, and a limit for the body.

The kit has its own client, because the usual libraries set no deadline for a whole exchange, change unusual methods and
targets, and can't close only their own side of a connection.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from json import dumps, loads
from typing import Any, Self
from urllib.parse import quote, urlencode

from grader.assertions.expected import LARGEST_BODY
from grader.assertions.replies import Body, Size, Status, Statuses
from grader.errors import Failed, TooLate
from grader.http_client.reader import Timed, plainly, read, what_came
from grader.system.ports import LOOPBACK
from grader.text.shell import SHOWN_PORT, WITH_BODY, curl, netcat, side_by_side
from grader.text.values import printable, shorten

PATIENCE = 10.0
KEPT = "/?#[]@!$&'()*+,;=:%\"<>\\^`{|}"
"""The characters that a path keeps. Blanks and characters beyond ASCII are escaped, as HTTP doesn't allow them."""
AS_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Reply:
    """An answer to one request. Its status, its body and its size describe what came when a check fails."""

    code: int
    reason: str
    headers: Mapping[str, str]
    content: bytes
    request: str
    """The request, as a line to paste."""
    seconds: float
    """How long the answer took."""

    @property
    def status(self) -> Status:
        """The status code."""
        return Status(self.code, request=self.request, summary=self.summary)

    @property
    def body(self) -> Body:
        """The bytes of the body."""
        return Body(self.content, request=self.request)

    @property
    def size(self) -> Size:
        """How many bytes the body has."""
        return Size(len(self.content), request=self.request)

    @property
    def summary(self) -> str:
        """The answer in one line: the status, the content type, and the beginning of the body."""
        kind = self.headers.get("content-type", "").partition(";")[0] or "no content type"
        content = shorten(self.content) if self.content else "empty body"
        return f"{printable(f'{self.code} {self.reason}'.strip())}, {printable(kind)}, {content}"

    def __repr__(self) -> str:
        return f"<{self.request} -> {self.code} {self.reason}>"


class Replies(tuple[Reply, ...]):
    """The answers to several requests of one kind."""

    @property
    def statuses(self) -> Statuses:
        """The different status codes among them."""
        counted = Counter(reply.code for reply in self)
        counts = ", ".join(f"{count} × {code}" for code, count in sorted(counted.items()))
        odd = next((reply for reply in self if reply.code != HTTPStatus.OK), None)
        summary = f"{counts}; one of them: {odd.summary}" if odd else counts
        return Statuses(counted, request=side_by_side(self[0].request, len(self)), summary=summary)


class HttpClient:
    """Sends requests to one port, and keeps each of them as a line to paste."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.exchanges: list[str] = []

    def get(self, path: str, **more: Any) -> Reply:
        return self.request("GET", path, **more)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: bytes = b"",
        json: Any = None,
        patience: float = PATIENCE,
        hang_up: bool = True,
    ) -> Reply:
        """Send one request and read its answer to the end of the stream.

        `json` is sent as a body in UTF-8, with its content type. A header that is None isn't sent. `patience` is the
        limit for everything together, in seconds. With `hang_up`, the client ends the connection as soon as the
        answer is complete, as other clients do. Without it, the server ends the connection, and then has to keep it
        in the state TIME_WAIT for some time.
        Raises Failed or TooLate, with one sentence, when no complete HTTP answer comes.
        """
        began = time.monotonic()
        if json is not None:
            body, headers = dumps(json, ensure_ascii=False).encode(), {**AS_JSON, **(headers or {})}
        target = quote(path, safe=KEPT) + ("?" + urlencode(params, quote_via=quote) if params else "")
        exchange = _Exchange(self.port, method, target, headers or {}, body)
        self.exchanges.append(exchange.line)
        return exchange.over(self.connect(patience, exchange.line), patience, began, hang_up=hang_up)

    def prepare(self, method: str, path: str, patience: float = PATIENCE) -> _Prepared:
        """Open a connection now and send the request later, so that many requests can be sent at the same moment."""
        exchange = _Exchange(self.port, method, path, {}, b"")
        self.exchanges.append(exchange.line)
        return _Prepared(exchange, self.connect(patience, exchange.line))

    def prepare_if_listening(self, method: str, path: str) -> _Prepared | None:
        """Open a connection as `prepare` does; return None when no program accepts it."""
        with contextlib.suppress(Failed):
            return self.prepare(method, path)
        self.exchanges.pop()
        return None

    def raw(self, data: bytes, patience: float = PATIENCE) -> None:
        """Open a connection, send bytes that need not be a valid request, and close the connection.

        The client ignores the answer. After the bytes it ends its own side, and gives the server a second to end the
        connection first.
        """
        self.exchanges.append(netcat(data, SHOWN_PORT))
        with self.connect(patience, self.exchanges[-1]) as connection, contextlib.suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            Timed(connection, time.monotonic() + patience).await_end()

    def connect(self, patience: float, line: str) -> socket.socket:
        """Open a connection; raises TooLate or Failed, with `line` as the request to paste."""
        try:
            return socket.create_connection((LOOPBACK, self.port), timeout=patience)
        except TimeoutError:
            raise TooLate(f"no connection within {patience:.0f} s", expected="a connection", request=line) from None
        except OSError as error:
            raise Failed(f"no connection ({plainly(error)})", expected="a connection", request=line) from None


@dataclass
class _Prepared:
    """A request that is not sent yet, with its open connection."""

    exchange: _Exchange
    connection: socket.socket

    def send(self, patience: float = PATIENCE) -> Reply:
        return self.exchange.over(self.connection, patience, time.monotonic())


@dataclass
class _Exchange:
    """One request, as bytes for the server and as a line for a shell."""

    port: int
    method: str
    target: str
    headers: Mapping[str, str | None]
    body: bytes
    line: str = field(init=False)

    def __post_init__(self) -> None:
        self.line = curl(self.method, f"http://{LOOPBACK}:{SHOWN_PORT}{self.target}", self.headers, self.body)

    def over(self, connection: socket.socket, patience: float, began: float, *, hang_up: bool = True) -> Reply:
        """Send the request and read its answer within `patience` seconds after the moment `began`."""
        with connection:
            stream = Timed(connection, began + patience)
            with contextlib.suppress(OSError):  # a server may answer and close before it has read everything
                stream.send(self._bytes())
            try:
                response, content = read(stream, self.method)
            except TimeoutError:
                raise TooLate(
                    f"no complete answer within {patience:.0f} s", expected="an answer", request=self.line
                ) from None
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise Failed(what_came(error), expected="an answer", request=self.line) from None
            seconds = time.monotonic() - began
            if len(content) <= LARGEST_BODY:
                if hang_up:
                    stream.say_no_more()
                stream.await_end()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, response.reason, headers, content, self.line, seconds)

    def _bytes(self) -> bytes:
        fixed = {"Host": f"{LOOPBACK}:{self.port}", "User-Agent": "kit", "Accept": "*/*", "Connection": "close"}
        if self.body or self.method in WITH_BODY:
            fixed["Content-Length"] = str(len(self.body))
        given = {name.lower() for name in self.headers}
        sent = {name: value for name, value in fixed.items() if name.lower() not in given} | dict(self.headers)
        lines = [f"{name}: {value}" for name, value in sent.items() if value is not None]
        return "\r\n".join([f"{self.method} {self.target} HTTP/1.1", *lines, "", ""]).encode() + self.body


class Number(float):
    """A JSON number with its characters, because a time may have more digits than a float keeps."""

    written: str

    def __new__(cls, written: str) -> Self:
        made = super().__new__(cls, written)
        made.written = written
        return made


def as_json(reply: Reply) -> Any:
    """Parse a reply as strict JSON in UTF-8, without extensions such as NaN.

    Raises Failed, with one sentence, when the content type is another one or the body is not valid JSON.
    """
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Failed(reply.summary, expected="the content type application/json", request=reply.request)
    return parsed(reply)


def parsed(reply: Reply) -> Any:
    """Parse a reply as `as_json` does, but with any content type."""
    try:
        return loads(reply.content.decode(), parse_constant=_no_constant, parse_float=Number)
    except (ValueError, RecursionError):
        raise Failed(reply.summary, expected="valid JSON", request=reply.request) from None


def _no_constant(name: str) -> None:
    raise ValueError(name)
