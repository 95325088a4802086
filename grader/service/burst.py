"""Many requests at the same moment, each on its own connection."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

from grader.http_client.reply import Replies, Reply
from grader.service.server import Service

GATHERING = 0.5
"""How long an open connection waits for the others, in seconds."""


def at_once(count: int, service: Service, path: str, patience: float, *, each: int = 1) -> Replies:
    """Open `count` connections, send `GET path` on all of them at the same moment, and collect the answers.

    A server may accept the connections one after the other. So the open ones wait for the others only half a second.
    With `each`, every sender sends so many requests, one after the other, each on a new connection.
    Raises the exception of the first request without an answer.
    """
    with service.explained():
        barrier = threading.Barrier(count)

        def send(_: int) -> list[Reply]:
            prepared = service.http.prepare("GET", path, patience)
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(GATHERING)
            first = prepared.send(patience)
            return [first, *(service.http.get(path, patience=patience) for _ in range(each - 1))]

        with ThreadPoolExecutor(count) as pool:
            futures = [pool.submit(send, number) for number in range(count)]
            replies = Replies(reply for future in futures for reply in future.result())
        replies.each = each
        return replies
