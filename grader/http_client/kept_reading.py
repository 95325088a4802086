"""Reading answers from a connection that stays open: fast, and not beyond the end of each."""

from __future__ import annotations

import re
import socket
import time

AT_ONCE = 256 * 1024
LARGEST = 32 * 1024 * 1024
"""The kit reads no answer that is longer."""
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
HEAD = re.compile(rb"HTTP/1\.([01]) ([0-9]{3}) ?([^\r\n]*)\r?\n")
LENGTH = re.compile(rb"\r?\ncontent-length:[ \t]*([0-9]+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r?\ntransfer-encoding:[^\r\n]*chunked", re.IGNORECASE)
CONNECTION = re.compile(rb"\r?\nconnection:([^\r\n]*)", re.IGNORECASE)
QUICKACK = getattr(socket, "TCP_QUICKACK", None)
"""Linux's name for: acknowledge at once. Else a server that sends head and body apart waits 40 ms for the client."""


class Broken(Exception):
    """What came is no complete answer. The text says what it was."""


class Reading:
    """The bytes that come on one connection until a deadline."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._socket = connection
        self._deadline = deadline
        self._came = bytearray()
        self.ended = False

    def more(self) -> bool:
        """Wait for bytes, and tell whether any came before the server ended the connection."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        if QUICKACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
        data = self._socket.recv(AT_ONCE)
        self._came += data
        self.ended = not data
        if len(self._came) > LARGEST:
            raise Broken("an answer of more than 32 MiB")
        return bool(data)

    def answer(self, method: str) -> tuple[bytes, bytes]:
        """Read one answer, and return its head and its body."""
        head = self._head()
        while head[9:10] == b"1":  # as in 100 Continue
            head = self._head()
        length = LENGTH.search(head)
        if method == "HEAD" or head[9:12] in (b"204", b"304"):
            return head, b""
        if CHUNKED.search(head):
            return head, self._in_chunks()
        if length:
            return head, self._take(int(length[1]))
        while self.more():
            pass
        return head, self._take(len(self._came))

    def _head(self) -> bytes:
        while (found := END_OF_HEAD.search(self._came)) is None:
            self._need_more()
        return self._take(found.end())

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._came:
            self._need_more()
        return self._take(self._came.index(mark) + len(mark))

    def _take(self, count: int) -> bytes:
        while len(self._came) < count:
            self._need_more()
        taken = bytes(self._came[:count])
        del self._came[:count]
        return taken

    def _in_chunks(self) -> bytes:
        parts = []
        while size := int(self._until(b"\r\n").partition(b";")[0], 16):
            parts.append(self._take(size))
            self._until(b"\r\n")
        while self._until(b"\r\n") != b"\r\n":  # fields may follow the last chunk
            pass
        return b"".join(parts)

    def _need_more(self) -> None:
        if not self.more():
            raise Broken(
                "the connection was closed in the middle of the answer"
                if self._came
                else "the connection was closed without an answer"
            )


def stays_open(head: bytes, version: bytes) -> bool:
    """Tell whether a server keeps the connection after this answer."""
    found = CONNECTION.search(head)
    said = found[1].lower() if found else b""
    return b"keep-alive" in said if version == b"0" else b"close" not in said
