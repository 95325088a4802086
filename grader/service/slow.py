"""Connections that take their time: silent ones, halves of requests, and those that stay open after an answer."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from grader.http_client.client import PATIENCE
from grader.http_client.exchange import written
from grader.http_client.reader import Timed
from grader.http_client.reply import Replies, Reply
from grader.service.server import Service
from grader.text.shell import SHOWN_PORT, silent_netcats

HALF_A_BODY = b'{"text": "and then'


def halves(path: str, port: int) -> tuple[bytes, bytes]:
    """Write half of a head and half of a body. Both ask for the same path, the second with a POST."""
    head = written(port, "GET", path, {}, b"").data
    more = {"Content-Type": "application/json", "Content-Length": "200"}
    return head[: len(head) // 2], written(port, "POST", path, more, HALF_A_BODY).data


@contextlib.contextmanager
def held(service: Service, count: int, path: str = "/") -> Iterator[contextlib.ExitStack]:
    """Keep connections open on which nothing more comes, and yield the stack that ends them.

    Of each four, one stays open after an answer, one is silent from the beginning, one has sent half of a head, and one
    half of a body. The lines to paste of the requests in the block open as many silent connections.
    """
    with contextlib.ExitStack() as connections:
        half_a_head, half_a_body = halves(path, service.port.number)
        for number in range(count):
            match number % 4:
                case 0:
                    _answered(service, path, connections)
                case 1:
                    _open(service, b"", connections)
                case 2:
                    _open(service, half_a_head, connections)
                case 3:
                    _open(service, half_a_body, connections)
        service.http.setting = silent_netcats(count, SHOWN_PORT)
        try:
            yield connections
        finally:
            service.http.setting = ""


def _open(service: Service, data: bytes, connections: contextlib.ExitStack) -> Timed:
    with service.explained():
        connection = connections.enter_context(service.http.connect(PATIENCE, silent_netcats(1, SHOWN_PORT).strip()))
    stream = Timed(connection, time.monotonic() + PATIENCE)
    with contextlib.suppress(OSError):  # a server may refuse what it has read so far
        stream.send(data)
    return stream


def _answered(service: Service, path: str, connections: contextlib.ExitStack) -> None:
    """Ask for `path` on a connection that the client doesn't end."""
    exchange = written(service.port.number, "GET", path, {"Connection": "keep-alive"}, b"")
    with service.explained():
        exchange.answer(_open(service, exchange.data, connections), PATIENCE)


def in_pieces(service: Service, method: str, path: str, body: bytes = b"") -> Reply:
    """Send one request in three pieces, and another request before the second and the third; return its answer."""
    headers = {"Content-Type": "application/json"} if body else {}
    data = written(service.port.number, method, path, headers, body).data
    first, second = (len(data) - len(body)) // 2, len(data) - max(2, len(body) // 2)
    with service.explained():
        return service.http.exchange_in_pieces(
            [data[:first], data[first:second], data[second:]], lambda: service.get(path)
        )


def on_one_connection(service: Service, requests: Sequence[tuple[str, str, bytes]]) -> Replies:
    """Send requests on one connection, one after the other: method, path and body of each."""
    with service.explained():
        return service.http.exchange_on_one(requests)
