"""The HTTP client of the checks: one new connection per request, a deadline for all of it, a capped body."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import shlex
import socket
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from grader.errors import Failed, TooLate
from grader.port import LOOPBACK
from grader.seen import Body, Size, Status, Statuses, shorten

PATIENCE = 10.0
LARGEST = 1024 * 1024
SHOWN_PORT = 5000
"""The port in lines to paste: the one that `kit serve` uses."""


@dataclass(frozen=True)
class Reply:
    """An answer to one request; its members describe themselves when an assertion on them fails."""

    code: int
    reason: str
    headers: Mapping[str, str]
    content: bytes
    request: str
    seconds: float

    @property
    def status(self) -> Status:
        return Status(self.code, request=self.request, summary=self.summary)

    @property
    def body(self) -> Body:
        return Body(self.content, request=self.request)

    @property
    def size(self) -> Size:
        return Size(len(self.content), request=self.request)

    @property
    def summary(self) -> str:
        """Say the answer in one line: status, content type, the beginning of the body."""
        kind = self.headers.get("content-type", "").partition(";")[0] or "no content type"
        content = shorten(self.content) if self.content else "empty body"
        return f"{self.code} {self.reason}, {kind}, {content}".replace(" ,", ",")

    def __repr__(self) -> str:
        return f"<{self.request} -> {self.code} {self.reason}>"


class Replies(tuple[Reply, ...]):
    """The answers to several requests of one kind."""

    @property
    def statuses(self) -> Statuses:
        counted = Counter(reply.code for reply in self)
        said = ", ".join(f"{count} × {code}" for code, count in sorted(counted.items()))
        odd = next((reply for reply in self if reply.code != HTTPStatus.OK), None)
        summary = f"{said}; one of them: {odd.summary}" if odd else said
        return Statuses(counted, request=f"{self[0].request}   ({len(self)} at the same moment)", summary=summary)


class Wire:
    """Sends requests to one port and keeps every exchange as a line to paste."""

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
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        patience: float = PATIENCE,
    ) -> Reply:
        """Send one request and read its answer to the end of the stream.

        `patience` bounds everything together, in seconds. Raises Failed, or TooLate, with one sentence when
        no complete answer of HTTP comes.
        """
        target = path + ("?" + urlencode(params, quote_via=quote) if params else "")
        exchange = _Exchange(method, target, dict(headers or {}), body)
        self.exchanges.append(exchange.line)
        return exchange.over(self.connect(patience, exchange.line), patience)

    def prepare(self, method: str, path: str, patience: float = PATIENCE) -> _Prepared:
        """Open a connection now and send the request later, so that many can be sent at once."""
        exchange = _Exchange(method, path, {}, b"")
        self.exchanges.append(exchange.line)
        return _Prepared(exchange, self.connect(patience, exchange.line))

    def prepare_if_listening(self, method: str, path: str) -> _Prepared | None:
        """Open a connection as `prepare` does, or return None when nobody accepts it."""
        with contextlib.suppress(Failed):
            return self.prepare(method, path)
        self.exchanges.pop()
        return None

    def raw(self, data: bytes, patience: float = PATIENCE) -> None:
        """Open a connection, send these bytes whatever they are, and close it without reading."""
        self.exchanges.append(f"printf {shlex.quote(_printf(data))} | nc 127.0.0.1 {SHOWN_PORT}")
        with self.connect(patience, self.exchanges[-1]) as connection:
            connection.sendall(data)

    def connect(self, patience: float, line: str) -> socket.socket:
        try:
            return socket.create_connection((LOOPBACK, self.port), timeout=patience)
        except TimeoutError:
            raise TooLate(f"no connection within {patience:.0f} s", expected="a connection", request=line) from None
        except OSError as error:
            raise Failed(f"no connection ({_plain(error)})", expected="a connection", request=line) from None


@dataclass
class _Prepared:
    exchange: _Exchange
    connection: socket.socket

    def send(self, patience: float = PATIENCE) -> Reply:
        return self.exchange.over(self.connection, patience)


@dataclass
class _Exchange:
    """One request: how it is written on the wire, and as a line for a shell."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    line: str = field(init=False)

    def __post_init__(self) -> None:
        words = ["curl", "-i"]
        if self.method == "HEAD":
            words = ["curl", "-I"]
        elif self.method != "GET":
            words += ["-X", self.method]
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        if self.body:
            words += ["--data-binary", self.body.decode("utf-8", "backslashreplace")]
        quoted = [word if word.startswith("-") else shlex.quote(word) for word in words[1:]]
        self.line = " ".join(["curl", *quoted, f"'http://127.0.0.1:{SHOWN_PORT}{self.target}'"])

    def over(self, connection: socket.socket, patience: float) -> Reply:
        began = time.monotonic()
        with connection:
            timed = _Timed(connection, began + patience)
            try:
                connection.sendall(self._bytes())
            except OSError:
                pass  # a server may answer and close before it has read everything; its answer counts
            try:
                reply, content = _read(timed, self.method)
            except TimeoutError:
                raise TooLate(
                    f"no complete answer within {patience:.0f} s", expected="an answer", request=self.line
                ) from None
            except (OSError, http.client.HTTPException) as error:
                raise Failed(_no_answer(error), expected="an answer", request=self.line) from None
        headers = {name.lower(): value for name, value in reply.getheaders()}
        seconds = time.monotonic() - began
        return Reply(reply.status, reply.reason, headers, content, self.line, seconds)

    def _bytes(self) -> bytes:
        fixed = {"Host": f"127.0.0.1:{SHOWN_PORT}", "User-Agent": "kit", "Accept": "*/*", "Connection": "close"}
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            fixed["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{k}: {v}" for k, v in (fixed | self.headers).items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class _Timed(io.RawIOBase):
    """Reads from a socket until a moment, whatever trickles in meanwhile; poses as a socket for http.client."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)


def _read(timed: _Timed, method: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Read one answer, at most one byte more than 1 MiB of it, and then on to the end of the stream."""
    response = http.client.HTTPResponse(timed, method=method)  # type: ignore[arg-type]
    response.begin()
    stream = response.fp
    content = response.read(LARGEST + 1)
    if len(content) <= LARGEST:
        if response.length:
            raise http.client.IncompleteRead(content, response.length)
        _until_closed(timed)
    return response, content


def _until_closed(timed: _Timed) -> None:
    """Let the server close first, for at most a second: its side then holds the ended connection."""
    timed._deadline = min(timed._deadline, time.monotonic() + 1.0)
    buffer = bytearray(4096)
    try:
        while timed.readinto(buffer):
            pass
    except OSError:
        pass


def _no_answer(error: Exception) -> str:
    if isinstance(error, http.client.RemoteDisconnected):
        return "the connection was closed without an answer"
    if isinstance(error, http.client.BadStatusLine):
        return f"something that is not HTTP: {shorten(str(error).encode())}"
    if isinstance(error, http.client.IncompleteRead):
        return f"a body that ended early, {error.expected} bytes short"
    if isinstance(error, OSError):
        return f"no complete answer ({_plain(error)})"
    return f"an answer that is not valid HTTP ({type(error).__name__})"


def _plain(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _printf(data: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 and b not in b"\\%" else f"\\{b:03o}" for b in data)


def as_json(reply: Reply) -> Any:
    """Read a reply as JSON, or fail with one sentence."""
    try:
        return json.loads(reply.content)
    except ValueError:
        raise Failed(reply.summary, expected="valid JSON", request=reply.request) from None
