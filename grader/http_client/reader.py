"""Reading one HTTP answer from a socket until a deadline."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
from http import HTTPStatus
from typing import Any

from grader.assertions.expected import LARGEST_BODY
from grader.text.values import printable, shorten


class _Kept(io.BufferedReader):
    """A stream that stays open after an answer, because another answer may follow on the same connection."""

    def close(self) -> None:
        """Do nothing. http.client closes the stream at the end of each answer."""


class Timed(io.RawIOBase):
    """A socket as a stream for http.client, with one deadline for everything, however slowly the bytes arrive."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._reader = _Kept(self)
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._hurry()
        count = self._connection.recv_into(buffer)
        self.ended = not count
        return count

    def makefile(self, _mode: str) -> Any:
        """Return the stream that http.client asks its socket for. It is always the same one, because it reads ahead."""
        return self._reader

    def send(self, data: bytes) -> None:
        """Send all of the bytes before the deadline."""
        self._hurry()
        self._connection.sendall(data)

    def hurry(self, deadline: float) -> None:
        """Set another deadline, for the next answer on the same connection."""
        self._deadline = deadline

    def has_more(self) -> bool:
        """Wait for a byte; return False when the server has ended the connection instead."""
        try:
            return bool(self._reader.peek(1))
        except TimeoutError:
            return True  # reading the answer meets the same deadline
        except OSError:
            return False

    def say_no_more(self) -> None:
        """End the client's side of the connection: the server then knows that nothing follows."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def await_end(self) -> None:
        """Wait for the server to end the connection, for at most a second."""
        self._deadline = min(self._deadline, time.monotonic() + 1.0)
        with contextlib.suppress(OSError):
            while self.readinto(bytearray(4096)):
                pass

    def _hurry(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)


def read(stream: Timed, method: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Read one answer, with at most one byte more than 1 MiB of its body.

    Raises OSError, HTTPException or ValueError when no complete answer comes.
    """
    response = _begin(stream, method)
    while response.status < HTTPStatus.OK:
        response.fp = None  # type: ignore[assignment]  # else deleting this object would close the stream
        response = _begin(stream, method)
    content = response.read(LARGEST_BODY + 1)
    if response.length and len(content) <= LARGEST_BODY:
        raise http.client.IncompleteRead(content, response.length)
    return response, content


class _Response(http.client.HTTPResponse):
    """An answer that may exist longer than its stream."""

    def flush(self) -> None:
        """Do nothing, as nothing is ever written. The inherited method raises when the stream is closed already."""


def _begin(stream: Timed, method: str) -> http.client.HTTPResponse:
    """Read the head of an answer. Raises HTTPException when it is cut off, which http.client doesn't notice."""
    response = _Response(stream, method=method)  # type: ignore[arg-type]
    response.begin()
    if stream.ended:
        raise http.client.HTTPException("the connection was closed in the middle of its head")
    return response


def what_came(error: Exception) -> str:
    """Describe in a few words what came instead of an answer, from the exception that reading it raised."""
    match error:
        case http.client.RemoteDisconnected():
            return "the connection was closed without an answer"
        case http.client.BadStatusLine():
            return f"something that is not HTTP: {shorten(str(error).encode())}"
        case http.client.IncompleteRead(expected=None):
            return "a chunked body that ended early or is not well formed"
        case http.client.IncompleteRead():
            return f"a body that ended early, {error.expected} bytes short"
        case OSError():
            return f"no complete answer ({plainly(error)})"
    return f"an answer that is not valid HTTP ({printable(str(error)) or type(error).__name__})"


def plainly(error: OSError) -> str:
    """Return the system's own words for an error, in small letters."""
    return (error.strerror or type(error).__name__).lower()
