"""Many requests at the same moment, each on a connection of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from grader.service import Service
from grader.wire import Replies, Reply


def at_once(count: int, service: Service, path: str, patience: float) -> Replies:
    """Open `count` connections, send `GET path` on all of them at the same moment, and collect the answers.

    Raises what the first request that got no answer raised.
    """
    with service.explained():
        prepared = [service.wire.prepare("GET", path) for _ in range(count)]
        barrier = threading.Barrier(count)

        def send(number: int) -> Reply:
            barrier.wait()
            return prepared[number].send(patience)

        with ThreadPoolExecutor(count) as pool:
            futures = [pool.submit(send, number) for number in range(count)]
            return Replies(future.result() for future in futures)
