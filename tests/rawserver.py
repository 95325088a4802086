"""Servers that misbehave on purpose, down to the byte, and one that only writes down what it was sent."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

Script = Callable[[socket.socket, threading.Event], None]


class RawServer:
    """Listens on a free port of the loopback address and plays its script on every connection."""

    def __init__(self, script: Script) -> None:
        self.received: list[bytes] = []
        self.over = threading.Event()
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self.over.set()
        while self._threads:
            self._threads.pop().join()
        self._listener.close()

    def _accept(self) -> None:
        while not self.over.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                connection.settimeout(5)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self.received.append(read_request(connection))
            self._script(connection, self.over)


@contextlib.contextmanager
def playing(script: Script) -> Iterator[RawServer]:
    """Run a server that plays a script."""
    server = RawServer(script)
    try:
        yield server
    finally:
        server.close()


def read_request(connection: socket.socket) -> bytes:
    """Read one request: its head, and as much body as it announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    announced = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while announced and len(body) < int(announced[0]):
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return head + b"\r\n\r\n" + body


# scripts


def say(*parts: bytes) -> Script:
    """Send these bytes and close."""

    def script(connection: socket.socket, _over: threading.Event) -> None:
        connection.sendall(b"".join(parts))

    return script


def say_and_stay(*parts: bytes) -> Script:
    """Send these bytes and keep the connection open until the other side closes it."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"".join(parts))
        stay(connection, over)

    return script


def say_and_reset(*parts: bytes) -> Script:
    """Send these bytes, see them arrive, and end the connection with a reset."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"".join(parts))
        over.wait(0.1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return script


def endless(beginning: bytes, part: bytes, interval: float = 0.0) -> Script:
    """Send a beginning, and then the same part again and again."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(beginning)
        while not over.wait(interval):
            connection.sendall(part)

    return script


def drip(data: bytes, interval: float) -> Script:
    """Send these bytes one at a time."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            if over.wait(interval):
                return

    return script


def stay(connection: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        connection.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            if not connection.recv(4096):
                return
