"""A generator for the benchmarks that costs less than Locust: threads with sockets, and requests made beforehand.

It reads as much of an answer as it needs: the status, `Content-Length`, whether the connection stays. What the service
used for each request is read from the kernel, for the whole tree of its processes.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from grader.errors import Failed
from grader.load.usage import usage_at_rest, used_between

GOOD = (b"200", b"201")
READ = b"GET /messages HTTP/1.1\r\nHost: benchmark\r\n\r\n"
READS, WRITES, MIXED = "reads", "writes", "mixed"
TIMEOUT = 30


@dataclass(frozen=True)
class Batch:
    """What came of one run: answers per second; per answer, milliseconds of processor and calls that wrote to files."""

    rate: float
    cpu_ms: float
    writes: float


def run(port: int, pid: int, workload: str, *, users: int, seconds: float) -> Batch:
    """Let so many users send one request after the other. Raises Failed when one isn't answered well."""
    before, began = usage_at_rest(pid), time.perf_counter()
    until = began + seconds
    found = [_User(port, workload, number, until) for number in range(users)]
    for user in found:
        user.start()
    for user in found:
        user.join()
    took = time.perf_counter() - began
    used = used_between(before, usage_at_rest(pid))
    bad = [user.trouble for user in found if user.trouble]
    if bad:
        raise Failed(f"A request of the benchmark failed: {bad[0]}")
    answers = sum(user.answers for user in found)
    return Batch(answers / took, used.seconds * 1000 / answers, used.files.writes / answers if used.files else 0.0)


class _User(threading.Thread):
    """Sends requests on one connection, or on a new one each time where the service ends them."""

    def __init__(self, port: int, workload: str, number: int, until: float) -> None:
        super().__init__()
        self.answers = 0
        self.trouble = ""
        self._address = ("127.0.0.1", port)
        self._requests = _requests(workload, number)
        self._until = until

    def run(self) -> None:
        connection = None
        try:
            while time.perf_counter() < self._until:
                connection = connection or socket.create_connection(self._address, TIMEOUT)
                status, stays = _exchange(connection, next(self._requests))
                if status not in GOOD:
                    self.trouble = f"status {status.decode()}"
                    return
                self.answers += 1
                if not stays:
                    connection.close()
                    connection = None
        except OSError as error:
            self.trouble = repr(error)
        finally:
            if connection:
                connection.close()


def _requests(workload: str, user: int) -> Iterator[bytes]:
    """Yield requests without end. In the mix, each user reads and writes by turns, and users begin differently."""
    number = 0
    while True:
        number += 1
        if workload == READS or (workload == MIXED and (number + user) % 2):
            yield READ
        else:
            body = b'{"text": "Who brings the map? %06d-%08d"}' % (user, number)
            head = b"POST /messages HTTP/1.1\r\nHost: benchmark\r\nContent-Type: application/json\r\n"
            yield head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _exchange(connection: socket.socket, request: bytes) -> tuple[bytes, bool]:
    """Send a request, read its answer, and return the status and whether the connection stays open."""
    connection.sendall(request)
    came = b""
    while b"\r\n\r\n" not in came:
        came += _some(connection)
    head, _, body = came.partition(b"\r\n\r\n")
    fields = head.lower()
    length = int(fields.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
    rest = length - len(body)
    while rest > 0:
        rest -= len(_some(connection))
    return head[9:12], b"\r\nconnection: close" not in fields


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the connection ended before the answer did")
    return data
