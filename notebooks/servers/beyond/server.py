"""A small server of which is known where a request waits, and what happens when too many come.

A request first waits `WAIT_MS` beside all others, as for a neighbour, then computes up to `WORK`, then needs
`WORKER_MS` of a worker that there is only once. The worker sleeps instead of working, so what it can do is known:
1000 / `WORKER_MS` requests per second, on every machine.

Who waits for the worker stands in a queue. `QUEUE` is how many may stand there; more are refused. With `PATIENCE_MS`,
the worker refuses whoever has waited longer than that when its turn comes. 0 stands for no limit. Each refusal costs
`REFUSAL_MS` of the worker, too. `Server-Timing` says how long the worker took.
"""

import asyncio
import os
import time
from collections import deque
from functools import partial

WAIT = float(os.environ.get("WAIT_MS", "0")) / 1000
WORK = int(os.environ.get("WORK", "0"))
WORKER = float(os.environ.get("WORKER_MS", "0")) / 1000
QUEUE = int(os.environ.get("QUEUE", "0"))
PATIENCE = float(os.environ.get("PATIENCE_MS", "0")) / 1000
REFUSAL = float(os.environ.get("REFUSAL_MS", "0")) / 1000

GOOD = "200 OK\r\nServer-Timing: worker;dur={:.3f}"
REFUSED = "503 Service Unavailable\r\nRetry-After: 1"


class Worker:
    """The worker, and those who wait for it."""

    def __init__(self):
        self.queue = deque()
        self.somebody = asyncio.Event()
        self.free_at = 0.0

    async def turn(self, writer):
        """Stand in the queue until the worker is done, and return the first lines of the answer."""
        now = time.monotonic()
        if QUEUE and len(self.queue) >= QUEUE:
            self.free_at = max(self.free_at, now) + REFUSAL
            return REFUSED
        mine = asyncio.get_running_loop().create_future()
        self.queue.append((mine, now, writer))
        self.somebody.set()
        return await mine

    async def work(self):
        """Serve the queue, first come, first served, and leave out those who have gone."""
        while True:
            while not self.queue:
                self.somebody.clear()
                await self.somebody.wait()
            mine, came, writer = self.queue.popleft()
            self.free_at = max(self.free_at, came)
            late = PATIENCE and self.free_at > came + PATIENCE
            taken = 0 if writer.is_closing() else REFUSAL if late else WORKER
            self.free_at += taken
            await asyncio.sleep(max(0.0, self.free_at - time.monotonic()))
            mine.set_result(REFUSED if late else GOOD.format(1000 * taken))


async def talk(worker, reader, writer):
    """Answer one request after the other on one connection."""
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            if WAIT:
                await asyncio.sleep(WAIT)
            sum(range(WORK))
            first = await worker.turn(writer) if WORKER else GOOD.format(0)
            writer.write(f"HTTP/1.1 {first}\r\nContent-Length: 3\r\n\r\nok\n".encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    """Listen until the end."""
    worker = Worker()
    server = await asyncio.start_server(partial(talk, worker), "127.0.0.1", int(os.environ["PORT"]), backlog=1024)
    await asyncio.gather(worker.work(), server.serve_forever())


if __name__ == "__main__":
    asyncio.run(main())
