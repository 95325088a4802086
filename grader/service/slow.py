"""Connections that take their time: silent ones, halves of requests, and those that stay open after an answer."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

from grader.errors import Failed
from grader.http_client.client import PATIENCE
from grader.http_client.exchange import written
from grader.http_client.reader import Timed
from grader.http_client.reply import Replies, Reply
from grader.service.server import Service
from grader.text.shell import SHOWN_PORT, silent_netcats

LETTING_IN = 0.5
"""How long the kit waits until a server has let in silent connections, in seconds."""
HALF_A_BODY = b'{"text": "and then'


def halves(path: str, port: int) -> tuple[bytes, bytes]:
    """Write half of a head and half of a body. Both ask for the same path, the second with a POST."""
    head = written(port, "GET", path, {}, b"").data
    more = {"Content-Type": "application/json", "Content-Length": "200"}
    return head[: len(head) // 2], written(port, "POST", path, more, HALF_A_BODY).data


class Kind(StrEnum):
    """What came on a connection before it fell silent."""

    NOTHING = "nothing"
    HALF_A_HEAD = "half a head"
    HALF_A_BODY = "half a body"
    REQUEST = "a request, which was answered"


@contextlib.contextmanager
def held(service: Service, kinds: Iterable[Kind], path: str = "/") -> Iterator[contextlib.ExitStack]:
    """Keep a connection of each of these kinds open, and yield the stack that ends them.

    Nothing more comes on them. After every five, another request is answered: a server may let few connections wait.
    The lines to paste of the requests in the block open as many silent connections.
    """
    try:
        with contextlib.ExitStack() as connections:
            for number, kind in enumerate(kinds, 1):
                _hold(service, kind, path, connections)
                service.http.setting = silent_netcats(number, SHOWN_PORT)
                if not number % 5:
                    service.get(path)
            yield connections
    finally:
        service.http.setting = ""


def await_others(service: Service) -> None:
    """Wait until the server has let in the connections that were opened before, for at most half a second.

    A server lets them in one after the other, so an answer to a later request shows that. A server with one thread may
    give none, and that is not what is asked here.
    """
    with contextlib.suppress(Failed):
        service.http.get("/", patience=LETTING_IN)


def _hold(service: Service, kind: Kind, path: str, connections: contextlib.ExitStack) -> None:
    half_a_head, half_a_body = halves(path, service.port.number)
    match kind:
        case Kind.NOTHING:
            _open(service, b"", connections)
        case Kind.HALF_A_HEAD:
            _open(service, half_a_head, connections)
        case Kind.HALF_A_BODY:
            _open(service, half_a_body, connections)
        case Kind.REQUEST:
            _answered(service, path, connections)


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
    """Send one request in pieces, and another request before each piece but the first; return its answer."""
    headers = {"Content-Type": "application/json"} if body else {}
    data = written(service.port.number, method, path, headers, body).data
    cuts = [0, len(method) + 2, (len(data) - len(body)) // 2, len(data) - max(2, len(body) // 2), len(data)]
    pieces = [data[begin:end] for begin, end in pairwise(cuts)]
    with service.explained():
        return service.http.exchange_in_pieces(pieces, lambda: service.get(path))


def on_one_connection(service: Service, requests: Sequence[tuple[str, str, bytes]]) -> Replies:
    """Send requests on one connection, one after the other: method, path and body of each."""
    with service.explained():
        return service.http.exchange_on_one(requests)
