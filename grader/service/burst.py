"""Many requests at the same moment, each on its own connection."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

from grader.http_client.reply import Replies, Reply
from grader.service.server import Service

GATHERING = 0.5
"""How long an open connection waits for the others, in seconds."""


def at_once(count: int, service: Service, path: str, patience: float) -> Replies:
    """Open `count` connections, send `GET path` on all of them at the same moment, and collect the answers.

    A server may accept the connections one after the other. So the open ones wait for the others only half a second.
    Raises the exception of the first request without an answer.
    """
    with service.explained():
        barrier = threading.Barrier(count)

        def send(_: int) -> Reply:
            prepared = service.http.prepare("GET", path, patience)
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(GATHERING)
            return prepared.send(patience)

        with ThreadPoolExecutor(count) as pool:
            futures = [pool.submit(send, number) for number in range(count)]
            return Replies(future.result() for future in futures)
