"""Hunts for stale answers in which writers and readers meet at the same moment.

A reader that is slow may put an old page into a cache after a writer has cleared it; and a writer that clears the cache
before its commit leaves time for a reader to put the old page back. Both last for milliseconds. So the kit begins reads
all along a write, holds a write back with the database's own lock, and sends bursts of writes.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from statistics import median

from grader.assertions.entries import Listing
from grader.errors import Unclear
from grader.http_client.kept import Answer, KeptConnection
from grader.scaling.staleness import PAGE, READERS, WRITERS, Effort, Stale
from grader.scaling.write_paths import WritePath, big
from grader.service.server import Service
from grader.testdata.random_values import words

LENGTHS = (20, 100)
"""Two lengths of a page: a cache may keep no page that is very long."""
HELD = 0.03
"""Seconds that a write is held back by a lock of the database."""
FILLING = 100
FEWEST_BURSTS = 10
TRIALS = 12


def hunt_in_races(service: Service, paths: list[WritePath], effort: Effort) -> Listing:
    """Begin four reads of a page that is in no cache all along a write: from before it begins until it is answered."""
    stale = Stale()
    deadline = time.monotonic() + effort.seconds
    with _racers(service.port.number) as (pool, writer, readers):
        _fill(writer, paths[0])
        reading, writing = _usual_seconds(writer, paths[0])
        for number, path in itertools.product(range(effort.races), paths):
            paths[0].store(writer, big(words()))
            text, pages = words(), _targets(path, number, len(readers))
            reads = [
                pool.submit(_later, reader, page, (reading + writing) * (place + number % 4 / 4) / len(readers))
                for place, (reader, page) in enumerate(zip(readers, pages, strict=True))
            ]
            time.sleep(reading)
            written = path.store(writer, big(text))
            _ended(reads)
            if written is not None:
                for page in pages:
                    stale.look(path, text, writer.get(page), written.received)
            if stale.is_plenty or time.monotonic() > deadline:
                break
    return stale.listing()


def hunt_while_held(service: Service, paths: list[WritePath], effort: Effort) -> Listing:
    """Let four clients read while a write waits for the database, which the kit has locked for a moment."""
    stale = Stale()
    if not service.project.has_file_database:
        return stale.listing()
    with _racers(service.port.number) as (pool, writer, readers):
        for number, path in itertools.product(range(effort.rounds), paths):
            text, pages = words(), _targets(path, number, len(readers))
            with service.database.locked(HELD):
                waiting = pool.submit(path.store, writer, text)
                while not waiting.done():
                    _ended([pool.submit(reader.get, page) for reader, page in zip(readers, pages, strict=True)])
            written = waiting.result()
            if written is not None:
                for page in pages:
                    stale.look(path, text, writer.get(page), written.received)
            if stale.is_plenty:
                break
    return stale.listing()


def hunt_in_bursts(service: Service, paths: list[WritePath], effort: Effort) -> Listing:
    """Write eight big messages at the same moment, again and again, while four others read the same pages all the time.

    Each writer reads a page as soon as its message is accepted; after each burst, the page must show all eight.
    Raises Unclear where the machine leaves time for a few bursts only.
    """
    stale = Stale()
    deadline = time.monotonic() + effort.seconds
    done = refused = 0
    threads = [path.thread for path in paths if path.thread]
    with _reading(service.port.number, threads), ThreadPoolExecutor(WRITERS) as pool, ExitStack() as stack:
        writers = [stack.enter_context(KeptConnection(service.port.number)) for _ in range(WRITERS)]
        for number, path in zip(range(effort.bursts), itertools.cycle(paths), strict=False):
            stored = _burst(pool, writers, path, _targets(path, number // len(paths), WRITERS), stale)
            refused += WRITERS - stored
            done += 1
            if stale.is_plenty or time.monotonic() > deadline:
                break
    if not stale.found and (done < FEWEST_BURSTS or refused > done * WRITERS / 2):
        raise Unclear(f"In {effort.seconds:.0f} s, {done} bursts of writes came about, and {refused} were refused.")
    return stale.listing()


def _burst(
    pool: ThreadPoolExecutor, writers: list[KeptConnection], path: WritePath, pages: list[str], stale: Stale
) -> int:
    """Send one burst, look for what it left stale, and return how many messages were accepted."""
    barrier = threading.Barrier(len(writers))

    def write(writer: KeptConnection, text: str, page: str) -> tuple[str, float] | None:
        barrier.wait()
        written = path.store(writer, big(text))
        if written is None:
            return None
        stale.look(path, text, writer.get(page), written.received)
        return text, written.received

    stored = [one for one in pool.map(write, writers, [words() for _ in writers], pages) if one is not None]
    for page in dict.fromkeys(pages):
        after = writers[0].get(page)
        for text, written_at in stored:
            stale.look(path, text, after, written_at)
    return len(stored)


@contextmanager
def _reading(port: int, threads: list[str]) -> Iterator[None]:
    """Let four clients read the pages and the threads over and over while the block runs."""
    ending = threading.Event()

    def read() -> None:
        with KeptConnection(port) as reader:
            pages = [page for number in (0, 1) for page in [*_pages(number, WRITERS), *threads]]
            exchanges = [reader.written("GET", page) for page in pages]
            while not ending.is_set():
                for exchange in exchanges:
                    reader.ask(exchange)

    with ThreadPoolExecutor(READERS // 2) as pool:
        running = [pool.submit(read) for _ in range(READERS // 2)]
        try:
            yield
        finally:
            ending.set()
    for one in running:
        one.result()


@contextmanager
def _racers(port: int) -> Iterator[tuple[ThreadPoolExecutor, KeptConnection, list[KeptConnection]]]:
    """Give a pool, a writer and four readers, each with a connection of its own."""
    with ThreadPoolExecutor(READERS) as pool, ExitStack() as stack:
        writer, *others = (stack.enter_context(KeptConnection(port)) for _ in range(1 + READERS // 2))
        yield pool, writer, others


def _targets(path: WritePath, number: int, count: int) -> list[str]:
    """Name what is read around a write: pages, and half of the time the thread of a reply."""
    pages = _pages(number, count)
    return [target for page in pages[::2] for target in (page, path.thread)] if path.thread else pages


def _pages(number: int, count: int) -> list[str]:
    """Name pages of nearly one length, which a cache keeps apart: each has to be made when it is asked for."""
    return [f"/messages?limit={LENGTHS[number % 2] - place}" for place in range(count)]


def _fill(writer: KeptConnection, path: WritePath) -> None:
    """Send big messages until a page is full of them, so that reading it takes long."""
    for _ in range(FILLING):
        path.store(writer, big(words()))


def _usual_seconds(writer: KeptConnection, path: WritePath) -> tuple[float, float]:
    """Return how long a read takes that is in no cache, and how long a write takes."""
    seconds: list[tuple[float, float]] = []
    for _ in range(TRIALS):
        written = path.store(writer, big(words()))
        read = writer.get(PAGE)
        if written is not None:
            seconds.append((read.seconds, written.seconds))
    return median(one for one, _ in seconds), median(one for _, one in seconds)


def _later(reader: KeptConnection, page: str, seconds: float) -> Answer:
    time.sleep(seconds)
    return reader.get(page)


def _ended(reads: list[Future[Answer]]) -> None:
    for one in reads:
        one.result()
