"""A server of known behaviour, in a process of its own: it tells what the generator can do, and whether it is honest.

As the *null server* it answers everything at once, with a constant page. `--seconds` makes each answer take that long,
`--at-once` lets only so many be worked on at the same time, so that its capacity is known: at once / seconds.
`--slow` makes every so-many-th answer take `--slow-seconds`, so that its percentiles are known. `--work` makes the
processor count to that number for each answer. `--stall` names how long it stands still, and `--every` how often.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import random

PAGE = b'{"messages": [], "next": null}'.ljust(2600)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(PAGE), PAGE)
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


class Pace:
    """Says when each request is answered. Without `seconds` all are answered at once."""

    def __init__(self, options: argparse.Namespace, clock: asyncio.AbstractEventLoop) -> None:
        self.options = options
        self.loop = clock
        self.free = [0.0] * (options.at_once or 0)
        self.began = clock.time()
        self.draw = random.Random(options.seed)
        self.number = 0

    def due(self) -> float:
        """Return the instant at which a request that comes now is answered."""
        now = self.loop.time()
        taking = self._seconds()
        start = max(now, heapq.heappop(self.free)) if self.free or self.options.at_once else now
        if self.options.stall:
            into = (start - self.began) % self.options.every
            start += max(0.0, self.options.stall - into) if self.began + self.options.every <= start else 0.0
        if self.options.at_once:
            heapq.heappush(self.free, start + taking)
        return float(start + taking)

    def _seconds(self) -> float:
        self.number += 1
        if self.options.slow and self.number % self.options.slow == 0:
            return float(self.options.slow_seconds)
        return float(self.options.seconds * (self.draw.expovariate(1) if self.options.random else 1))


class Answering(asyncio.Protocol):
    """One connection: for each complete request, one answer when it is due."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.rest = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Take every complete request from what has come."""
        self.rest += data
        while (end := self.rest.find(END_OF_HEAD)) >= 0:
            length = _body_length(self.rest[:end])
            if len(self.rest) < end + 4 + length:
                return
            self.rest = self.rest[end + 4 + length :]
            sum(range(self.pace.options.work))
            if not self.pace.options.seconds and not self.pace.options.stall:
                self.transport.write(ANSWER)
            else:
                self.pace.loop.call_at(self.pace.due(), self.answer)

    def answer(self) -> None:
        """Answer one request, if somebody still listens."""
        if not self.transport.is_closing():
            self.transport.write(ANSWER)


def _body_length(head: bytes) -> int:
    lowered = head.lower()
    found = lowered.find(LENGTH)
    return int(lowered[found + len(LENGTH) :].split(b"\r\n", 1)[0]) if found >= 0 else 0


async def serve(options: argparse.Namespace) -> None:
    """Listen, print the port, and answer until the end."""
    loop = asyncio.get_running_loop()
    pace = Pace(options, loop)
    server = await loop.create_server(lambda: Answering(pace), "127.0.0.1", options.port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--at-once", type=int, default=0)
    parser.add_argument("--random", action="store_true", help="draw the seconds of each answer, with this mean")
    parser.add_argument("--slow", type=int, default=0, metavar="N")
    parser.add_argument("--slow-seconds", type=float, default=0.1)
    parser.add_argument("--work", type=int, default=0, metavar="NUMBER")
    parser.add_argument("--stall", type=float, default=0.0)
    parser.add_argument("--every", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
