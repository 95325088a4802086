"""Reads the request of a client as it arrives, byte for byte, with a limit for each part.

`http.server` would shorten `//messages` to `/messages`, and reads no chunked body.
"""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, replace
from io import BufferedIOBase

LARGEST_HEAD, LARGEST_BODY = 64 * 1024, 4 * 1024 * 1024
AT_ONCE = threading.BoundedSemaphore(16)
"""How many bodies are read at the same time. The others wait, so that no crowd of half bodies fills the memory."""


@dataclass(frozen=True)
class Recorded:
    """One request as it arrived: the request line, the headers and the body, undecoded."""

    line: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return 1024 + len(self.line) + sum(len(one) + len(other) for one, other in self.headers) + len(self.body)

    @property
    def what(self) -> str:
        """The method and the target, as in `GET /`."""
        return self.line.rpartition(" ")[0] or self.line

    def header(self, name: str) -> bytes | None:
        """Return the first header of this name, in upper or lower case; None if there is none."""
        wanted = name.lower().encode()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def receive(stream: BufferedIOBase, connection: socket.socket) -> Recorded:
    """Read one whole request; raises ValueError or OSError when it can't be read, or ends before it is whole."""
    line, *lines = _head(stream)
    headers = tuple((name.strip(), value.strip()) for name, _, value in (entry.partition(b":") for entry in lines))
    request = Recorded(line.decode("latin-1"), headers, b"")
    if (request.header("Expect") or b"").lower() == b"100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if b"chunked" in (request.header("Transfer-Encoding") or b"").lower():
        with AT_ONCE:
            return replace(request, body=_chunks(stream))
    if size := int(request.header("Content-Length") or 0):
        with AT_ONCE:
            return replace(request, body=_exactly(stream, size))
    return request


def _head(stream: BufferedIOBase) -> list[bytes]:
    lines, left = [_line(stream)], LARGEST_HEAD
    while entry := _line(stream):
        lines.append(entry)
        left -= len(entry)
        if left < 0:
            raise ValueError("a head without end")
    return lines


def _line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(LARGEST_HEAD)
    if not line.endswith(b"\n"):
        raise ValueError("half a line")
    return line.rstrip(b"\r\n")


def _chunks(stream: BufferedIOBase) -> bytes:
    body = bytearray()
    while size := int(_line(stream).partition(b";")[0], 16):
        body += _exactly(stream, size, LARGEST_BODY - len(body))
        _line(stream)
    while _line(stream):
        pass  # trailers
    return bytes(body)


def _exactly(stream: BufferedIOBase, size: int, most: int = LARGEST_BODY) -> bytes:
    if not 0 <= size <= most:
        raise ValueError("a body of an impossible size")
    body = stream.read(size)
    if len(body) < size:
        raise ValueError("half a body")
    return body
