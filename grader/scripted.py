"""A server for testing clients: it records every request as bytes and answers what the check wrote down."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from grader.port import LOOPBACK
from grader.seen import Listing

PATIENCE = 30.0
LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 1024 * 1024


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
        return cls(None)


class ScriptedServer:
    """Listens on a free port of the loopback address; `requests` grows as they come."""

    def __init__(self, answer: Callable[[Recorded], Answer]) -> None:
        self.requests: list[Recorded] = []
        self._answer = answer
        self._closing = threading.Event()
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def asked(self, by: str) -> Listing:
        """List what was asked for, as in `GET /`; `by` is the line that made the client ask."""
        return Listing([request.what for request in self.requests], request=by, what="request")

    def close(self) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join(2)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            if select.select([self._listener], [], [], 0.05)[0]:
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError):
            connection.settimeout(PATIENCE)
            request = _receive(connection)
            self.requests.append(request)
            answer = self._answer(request)
            if answer.content is None:
                self._stay_silent(connection)
            else:
                head, _, body = answer.content.partition(b"\r\n\r\n")
                connection.sendall(head + b"\r\n\r\n" + (b"" if request.line.startswith("HEAD ") else body))

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


def _receive(connection: socket.socket) -> Recorded:
    stream = connection.makefile("rb")
    line = stream.readline(LARGEST_HEAD).rstrip(b"\r\n")
    headers = []
    while entry := stream.readline(LARGEST_HEAD).rstrip(b"\r\n"):
        name, _, value = entry.partition(b":")
        headers.append((name.strip(), value.strip()))
    request = Recorded(line.decode("latin-1"), tuple(headers), b"")
    if (request.header("Expect") or b"").lower() == b"100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if b"chunked" in (request.header("Transfer-Encoding") or b"").lower():
        body = b"".join(_chunks(stream))
    else:
        body = stream.read(min(int(request.header("Content-Length") or 0), LARGEST_BODY))
    return Recorded(request.line, request.headers, body)


def _chunks(stream: object) -> Iterator[bytes]:
    read, readline = stream.read, stream.readline  # type: ignore[attr-defined]
    while size := int(readline(LARGEST_HEAD).partition(b";")[0], 16):
        yield read(min(size, LARGEST_BODY))
        readline(LARGEST_HEAD)
    while readline(LARGEST_HEAD).strip():
        pass
