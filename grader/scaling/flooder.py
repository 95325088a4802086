"""A generator that sends more than Locust can, in a process of its own: it serves the same orders as `sender.py`.

Locust needs more processor time for a request than a fast service for its answer. To send such a service twice what it
can take, this program leaves out all that Locust counts and reports, and keeps the parser of its HTTP client. What an
answer was lies in each sample: its status, and its `Retry-After`.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from typing import Any

from grader.load.arrivals import draw_times
from grader.load.bounds import set_bounds
from grader.load.mailbox import Mailbox, opened
from grader.scaling.flood_connection import HOST, Connection, Order
from grader.system.seal import hide_memory

LOOK_EVERY = 0.005
MOST_CONNECTIONS = 400
FINISH_WITHIN = 5.0
"""Seconds that the requests have to finish that are under way when a run ends."""


class Run:
    """One run: what is sent, over which connections, and what came of it."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.draw = random.Random(job["seed"])
        self.port = int(job["url"].rpartition(":")[2])
        self.loop = asyncio.get_running_loop()
        self.samples: list[tuple[float, float, bool, float, str, int, str, str]] = []
        self.under_way: dict[int, Order] = {}
        self.waiting: deque[Order] = deque()
        self.idle: list[Connection] = []
        self.open: set[Connection] = set()
        self.connecting: set[asyncio.Task[None]] = set()
        self.number = 0
        self.most_under_way = 0
        self.closing = 0.0

    def next_order(self, intended: float) -> Order:
        """Choose the next request."""
        self.number += 1
        kind = self.job["requests"][self.number % len(self.job["requests"])]
        order = Order(self.number, kind, intended, due=intended, sent=intended)
        self.under_way[order.number] = order
        self.most_under_way = max(self.most_under_way, len(self.under_way))
        return order

    def start(self, order: Order) -> None:
        """Send a request on a free connection, on a new one, or later where there are too many."""
        order.sent = time.monotonic()
        if self.idle:
            self.idle.pop().send(order)
        elif len(self.open) < MOST_CONNECTIONS:
            connection = Connection(self, order)
            self.open.add(connection)
            self.connecting.add(task := self.loop.create_task(self.connect(connection, order)))
            task.add_done_callback(self.connecting.discard)
        else:
            self.waiting.append(order)

    async def connect(self, connection: Connection, order: Order) -> None:
        """Open a connection for a request."""
        try:
            await self.loop.create_connection(lambda: connection, HOST, self.port)
        except OSError as error:
            self.count(order, 0, "", type(error).__name__)
            self.lost(connection)

    def free(self, connection: Connection) -> None:
        """Take a connection back, for the request that waits longest."""
        self.idle.append(connection)
        self.start_waiting()

    def lost(self, connection: Connection) -> None:
        """Forget a connection. Another one may be opened for the request that waits longest."""
        self.open.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)
        self.start_waiting()

    def start_waiting(self) -> None:
        """Send the request that waits longest, if there is one. It is the service that made it wait."""
        if self.waiting and time.monotonic() < self.closing + FINISH_WITHIN:
            order = self.waiting.popleft()
            order.due = time.monotonic()
            self.start(order)

    def count(self, order: Order | None, status: int, advice: str, trouble: str = "") -> None:
        """Count what came of a request, and let its user send the next one in a closed loop."""
        if order is None or self.under_way.pop(order.number, None) is None:
            return
        now = time.monotonic()
        good = status in order.kind["success"]
        late = max(0.0, order.sent - order.due)
        name = order.kind["name"]
        self.samples.append((order.intended, now - order.intended, good, late, name, status, advice[:40], trouble))
        if "users" in self.job and now < self.closing:
            self.loop.call_soon(self.again)

    def again(self) -> None:
        """Send the next request of a user who waits for answers."""
        now = time.monotonic()
        if now < self.closing and (self.job["most"] is None or self.number < self.job["most"]):
            self.start(self.next_order(now))

    def bytes_of(self, order: Order) -> bytes:
        """Write a request as bytes."""
        kind = order.kind
        body = (kind.get("body") or "").replace("{n}", f"{order.number:x}-{self.draw.getrandbits(40):010x}").encode()
        lines = [f"{kind['method']} {kind['path']} HTTP/1.1", f"Host: {HOST}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in kind["headers"].items()]
        lines += [f"Content-Length: {len(body)}"] if body else []
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def send_all(self) -> None:
        """Send every request at its time, in a closed or in an open loop, and wait for the answers."""
        if "users" in self.job:
            for _ in range(self.job["users"]):
                self.again()
        else:
            for intended in draw_times(self.job, self.closing - self.job["seconds"], self.draw):
                while (left := intended - time.monotonic()) > 0:
                    await asyncio.sleep(left)
                self.start(self.next_order(intended))
                if not self.number % 16:
                    await asyncio.sleep(0)
        ends_early = "users" in self.job and self.job["most"] is not None
        while (now := time.monotonic()) < self.closing + FINISH_WITHIN:
            if not self.under_way and (ends_early or now >= self.closing):
                break
            await asyncio.sleep(LOOK_EVERY)


async def perform(job: dict[str, Any], box: Mailbox, began: str) -> dict[str, Any]:
    """Perform one run, and return what came of it; the file `began` says when it began."""
    run = Run(job)
    opening = time.monotonic() + 0.05
    run.closing = opening + job["seconds"]
    box.put(began, repr(opening))
    await run.send_all()
    unanswered = [order.intended for order in run.under_way.values()]
    result = {
        "samples": run.samples,
        "unanswered": unanswered,
        "planned": run.number,
        "most_under_way": run.most_under_way,
        "locust_requests": len(run.samples),
        "locust_failures": sum(not sample[2] for sample in run.samples),
    }
    run.under_way.clear()
    run.waiting.clear()
    for connection in list(run.open):
        if hasattr(connection, "transport"):
            connection.transport.abort()
    await asyncio.sleep(0)
    return result


async def serve() -> None:
    """Take one order after the other, until the file `end` exists or the folder is gone."""
    number, box = 0, opened()
    while True:
        number += 1
        while not box.has(f"job-{number}.json"):
            if box.has("end") or not box.folder.exists():
                return
            await asyncio.sleep(LOOK_EVERY)
        job = json.loads(box.take(f"job-{number}.json"))
        box.put(f"result-{number}.json", json.dumps(await perform(job, box, f"began-{number}")))


if __name__ == "__main__":
    hide_memory()
    set_bounds()
    asyncio.run(serve())
