"""A scripted HTTP server for tests of clients. It records the bytes of every request, and sends the answer of a script.

`socketserver` accepts the connections. `arriving` reads the requests.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from grader.assertions.entries import Listing
from grader.client.arriving import Recorded, receive
from grader.system.ports import LOOPBACK

PATIENCE = 30.0
"""Seconds that the server waits for the next bytes of a request."""
LINGER = 1.0
"""Seconds that the server waits, after its answer, for the client to close the connection."""
INTERVAL = 0.02
"""Seconds until a server notices that it has to close; the library's own would make each check slower."""
MOST_KEPT = 32 * 1024 * 1024
"""Bytes of all requests together that a server keeps."""
TOO_MUCH = f"more than {MOST_KEPT // 1024**2} megabytes of requests, which the kit doesn't keep"


@dataclass(frozen=True)
class Answer:
    """An answer: the bytes of a whole HTTP response, and how they are sent."""

    content: bytes
    ends: bool = True
    """Whether the server closes the connection afterwards. Else it keeps it open and sends nothing more."""
    in_chunks: bool = False
    """Whether the body goes out in chunks, to clients that speak HTTP/1.1."""
    half: bool = False
    """Whether only the first half of the body goes out."""

    @classmethod
    def text(cls, body: str, status: int = 200, kind: str = "text/plain", **how: Any) -> Answer:
        """Return an answer with a text in UTF-8."""
        content = body.encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            f"Content-Type: {kind}; charset=utf-8\r\n"
            f"Content-Length: {len(content)}\r\n"
            "X-Served-By: kit\r\n"
            "Connection: close\r\n\r\n"
        )
        return cls(head.encode() + content, **how)

    @classmethod
    def silence(cls) -> Answer:
        """Return the answer of a server that never answers: it keeps the connection open and sends nothing."""
        return cls(b"", ends=False)

    def sent_to(self, request: Recorded) -> bytes:
        """Return the bytes that go out as the answer to a request."""
        head, end, body = self.content.partition(b"\r\n\r\n")
        if self.in_chunks and request.line.endswith("HTTP/1.1"):
            head = re.sub(rb"Content-Length: \d+", b"Transfer-Encoding: chunked", head)
            body = _chunked(body)
            if self.half:  # some clients take an announced end of the connection for the end of the body
                head = head.replace(b"\r\nConnection: close", b"")
        if request.line.startswith("HEAD "):
            body = b""
        return head + end + (body[: len(body) // 2] if self.half else body)


class ScriptedServer(socketserver.ThreadingTCPServer):
    """A server on a free port of the loopback address. `requests` holds every request that has arrived whole.

    When they are `MOST_KEPT` bytes together, it keeps no more, and refuses each further one with status 503.
    """

    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, answer: Callable[[Recorded], Answer]) -> None:
        super().__init__((LOOPBACK, 0), _Connection)
        self.requests: list[Recorded] = []
        self._kept = 0
        self._keeping = threading.Lock()
        self._full = threading.Event()
        self.answer = answer
        self.closing = threading.Event()
        self.port: int = self.socket.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._answering: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self.serve_forever, args=(INTERVAL,), daemon=True)
        self._accepting.start()

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{LOOPBACK}:{self.port}"

    def asked(self, by: str) -> Listing:
        """List the requests, as in `GET /`. `by` is the command of the client, as a line to paste."""
        return Listing([*(request.what for request in self.requests), *self._more], request=by, what="request")

    def posts(self, by: str) -> Listing:
        """List the requests that are a POST, without query and without a slash at their end."""
        asked = (request.what.partition("?")[0].rstrip("/") for request in self.requests)
        return Listing([*(one for one in asked if one.startswith("POST ")), *self._more], request=by, what="POST")

    @property
    def _more(self) -> list[str]:
        return [TOO_MUCH] if self._full.is_set() else []

    def keep(self, request: Recorded) -> bool:
        """Keep a request, and tell whether there was room for it."""
        with self._keeping:
            self._kept += request.size
            if self._kept > MOST_KEPT:
                self._full.set()
                return False
            self.requests.append(request)
            return True

    def close(self) -> None:
        """Stop listening, and close every connection, even one that waits for the client."""
        self.closing.set()
        self.shutdown()
        self._accepting.join()
        self.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._answering:
            thread.join(2)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a daemon thread. `close` waits for it, as the library doesn't wait for daemon threads."""
        self._open.add(request)
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._answering = [*(one for one in self._answering if one.is_alive()), thread]
        thread.start()

    def close_request(self, request: Any) -> None:
        """Close a connection, and remove it from the open ones."""
        super().close_request(request)
        self._open.discard(request)

    def handle_error(self, *_: Any) -> None:
        """Let an exception of the script end its thread with a traceback."""
        raise  # noqa: PLE0704 - the library calls this while it handles the exception


class _Connection(socketserver.StreamRequestHandler):
    """One connection, which carries one request and its answer."""

    timeout = PATIENCE
    server: ScriptedServer

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            request = receive(self.rfile, self.connection)
            answer = self.server.answer(request) if self.server.keep(request) else Answer.text(TOO_MUCH, 503)
            self.wfile.write(answer.sent_to(request))
            if answer.ends:
                _end_answer(self.connection)
            else:
                self._wait()

    def _wait(self) -> None:
        """Keep the connection open until the client closes it."""
        while not self.server.closing.is_set():
            if select.select([self.connection], [], [], INTERVAL)[0] and not self.connection.recv(4096):
                return


@contextmanager
def scripted(answer: Answer) -> Iterator[ScriptedServer]:
    """Run a scripted server that gives every request the same answer."""
    server = ScriptedServer(lambda _: answer)
    try:
        yield server
    finally:
        server.close()


def _chunked(content: bytes) -> bytes:
    """Write a body in chunks, the first of which ends inside a character if there is one of several bytes."""
    odd = next((place + 1 for place, byte in enumerate(content) if byte >= 0xC0), 7)
    pieces = filter(None, (content[:odd], content[odd:]))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _end_answer(connection: socket.socket) -> None:
    """End the answer, and read what else the client sends: to close on unread bytes would destroy the answer."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(LINGER)
    while connection.recv(65536):
        pass
