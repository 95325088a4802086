"""A server for testing clients: it records every request as bytes and answers what the check wrote down."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import BinaryIO

from grader.assertions.entries import Listing
from grader.system.ports import LOOPBACK

PATIENCE = 30.0
LINGER = 1.0
LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 4 * 1024 * 1024


@dataclass(frozen=True)
class Recorded:
    """One request as it arrived: the raw request line, the header lines and the body as bytes."""

    line: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def what(self) -> str:
        """Method and target, as in `GET /`."""
        return self.line.rpartition(" ")[0] or self.line

    def header(self, name: str) -> bytes | None:
        """Return the first header of this name, in whatever case."""
        wanted = name.lower().encode()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True)
class Answer:
    """What to answer: bytes of a whole HTTP response, or None for silence until the other side gives up."""

    content: bytes | None

    @classmethod
    def text(cls, body: str, status: int = 200, kind: str = "text/plain") -> Answer:
        """Answer with a text, in UTF-8 and saying so."""
        content = body.encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            f"Content-Type: {kind}; charset=utf-8\r\n"
            f"Content-Length: {len(content)}\r\n"
            "X-Served-By: kit\r\n"
            "Connection: close\r\n\r\n"
        )
        return cls(head.encode() + content)

    @classmethod
    def silence(cls) -> Answer:
        """Answer nothing and keep the connection open."""
        return cls(None)


class ScriptedServer:
    """Listens on a free port of the loopback address; `requests` grows as they come, each when it is whole."""

    def __init__(self, answer: Callable[[Recorded], Answer]) -> None:
        self.requests: list[Recorded] = []
        self._answer = answer
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{LOOPBACK}:{self.port}"

    def asked(self, by: str) -> Listing:
        """List what was asked for, as in `GET /`; `by` is the line that made the client ask."""
        return Listing([request.what for request in self.requests], request=by, what="request")

    def close(self) -> None:
        """Stop listening and close every connection, also those that wait for the other side."""
        self._closing.set()
        self._threads[0].join(2)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(2)

    def _accept(self) -> None:
        while not self._closing.is_set():
            if select.select([self._listener], [], [], 0.05)[0]:
                with contextlib.suppress(OSError):
                    connection, _ = self._listener.accept()
                    self._open.add(connection)
                    self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
                    self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError, ValueError):
                self._talk(connection)
        finally:
            self._open.discard(connection)

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with connection.makefile("rb") as stream:
            request = _receive(stream, connection)
            self.requests.append(request)
            answer = self._answer(request)
            if answer.content is None:
                self._stay_silent(connection)
            else:
                head, _, body = answer.content.partition(b"\r\n\r\n")
                connection.sendall(head + b"\r\n\r\n" + (b"" if request.line.startswith("HEAD ") else body))
                _hang_up(connection)

    def _stay_silent(self, connection: socket.socket) -> None:
        """Keep the connection open until the other side closes it."""
        while not self._closing.is_set():
            if select.select([connection], [], [], 0.05)[0] and not connection.recv(4096):
                return


@contextmanager
def scripted(answer: Answer) -> Iterator[ScriptedServer]:
    """Run a scripted server that answers every request alike."""
    server = ScriptedServer(lambda _: answer)
    try:
        yield server
    finally:
        server.close()


def _hang_up(connection: socket.socket) -> None:
    """End the answer and read what else was sent for a moment: closing on unread bytes would destroy the answer."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(LINGER)
    while connection.recv(65536):
        pass


def _receive(stream: BinaryIO, connection: socket.socket) -> Recorded:
    """Read one whole request; raises ValueError or OSError when it makes no sense, or ends before it is whole."""
    line, *lines = _head(stream)
    headers = tuple((name.strip(), value.strip()) for name, _, value in (entry.partition(b":") for entry in lines))
    request = Recorded(line.decode("latin-1"), headers, b"")
    if (request.header("Expect") or b"").lower() == b"100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if b"chunked" in (request.header("Transfer-Encoding") or b"").lower():
        return replace(request, body=_chunks(stream))
    return replace(request, body=_exactly(stream, int(request.header("Content-Length") or 0)))


def _head(stream: BinaryIO) -> list[bytes]:
    lines, left = [_line(stream)], LARGEST_HEAD
    while entry := _line(stream):
        lines.append(entry)
        left -= len(entry)
        if left < 0:
            raise ValueError("a head without end")
    return lines


def _line(stream: BinaryIO) -> bytes:
    line = stream.readline(LARGEST_HEAD)
    if not line.endswith(b"\n"):
        raise ValueError("half a line")
    return line.rstrip(b"\r\n")


def _chunks(stream: BinaryIO) -> bytes:
    body = b""
    while size := int(_line(stream).partition(b";")[0], 16):
        body += _exactly(stream, size, LARGEST_BODY - len(body))
        _line(stream)
    while _line(stream):
        pass  # trailers
    return body


def _exactly(stream: BinaryIO, size: int, most: int = LARGEST_BODY) -> bytes:
    if not 0 <= size <= most:
        raise ValueError("a body of an impossible size")
    body = stream.read(size)
    if len(body) < size:
        raise ValueError("half a body")
    return body
