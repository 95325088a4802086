"""A small chat server in front of a database that is elsewhere, with a cache of pages that `CACHE` names.

There are `none`, `expiry` (a page is kept for `TTL_S` seconds), `clear_before` and `clear_after` (a writer forgets all
pages before, or after, its commit), and `versioned` (a page counts only as long as nothing was written since it was
asked for). With `SINGLE_FLIGHT=1`, those who miss the same page wait for one call of the database.

The database is a list in this process. It answers `DATABASE_MS` after it was asked, with the rows of the moment at
which it was asked, and has `CONNECTIONS` connections. A commit takes `COMMIT_MS`. `GET /log` tells what happened
when, in seconds of the monotonic clock. One process, one list, one number: it is no chat that you could use.
"""

import asyncio
import json
import os
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

CACHE = os.environ.get("CACHE", "none")
TTL = float(os.environ.get("TTL_S", "1"))
ANSWERS_AFTER = float(os.environ.get("DATABASE_MS", "0")) / 1000
COMMIT = float(os.environ.get("COMMIT_MS", "0")) / 1000
SINGLE_FLIGHT = os.environ.get("SINGLE_FLIGHT") == "1"
ROWS = int(os.environ.get("ROWS", "200"))

connections = asyncio.Semaphore(int(os.environ.get("CONNECTIONS", "64")))
rows, log = [], []
kept, flights = {}, {}


def note(what, began=None):
    """Write into the log what has just ended; without a beginning, it took no time."""
    now = time.monotonic()
    log.append([what, now if began is None else began, now])


def store(text):
    """Put a message into the database."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    rows.append({"id": len(rows) + 1, "text": text, "created_at": now, "reply_to": None, "author": "Ada"})


async def ask_database(limit):
    """Return the newest messages, newest first."""
    async with connections:
        began, found = time.monotonic(), rows[: -limit - 1 : -1]
        await asyncio.sleep(ANSWERS_AFTER)
        note("database", began)
    return found


async def page(target, limit):
    """Return a page as bytes, from the cache where that may be."""
    body, kept_at, version = kept.get(target, (None, 0.0, 0))
    if body is not None and (CACHE != "expiry" or time.monotonic() < kept_at + TTL):
        if CACHE != "versioned" or version == len(rows):
            return body
        note("too old")
    if not SINGLE_FLIGHT:
        return await make(target, limit)
    if target not in flights:
        flights[target] = asyncio.ensure_future(make(target, limit))
        flights[target].add_done_callback(lambda _: flights.pop(target))
    return await flights[target]


async def make(target, limit):
    """Ask the database for a page, and keep it."""
    version = len(rows)
    body = json.dumps({"messages": await ask_database(limit), "next": None}).encode()
    if CACHE != "none":
        kept[target] = body, time.monotonic(), version
        note("keep")
    return body


async def add(text):
    """Store a message, and forget pages as the cache asks for."""
    if CACHE == "clear_before":
        kept.clear()
        note("clear")
    began = time.monotonic()
    await asyncio.sleep(COMMIT)
    store(text)
    note("commit", began)
    if CACHE == "clear_after":
        kept.clear()
        note("clear")
    return json.dumps(rows[-1]).encode()


async def answer(method, target, body):
    """Return the status and the body of an answer."""
    asked = urlsplit(target)
    if asked.path == "/log":
        return "200 OK", json.dumps(log).encode()
    if asked.path != "/messages":
        return "404 Not Found", b'{"error": {"code": "not_found", "message": "There is no such page."}}'
    if method == "POST":
        return "201 Created", await add(json.loads(body)["text"])
    return "200 OK", await page(target, int(parse_qs(asked.query).get("limit", ["20"])[0]))


async def talk(reader, writer):
    """Answer one request after the other on one connection."""
    try:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
            lines = head.lower().split("\r\n")
            length = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
            method, target, _ = head.split(" ", 2)
            status, body = await answer(method, target, await reader.readexactly(length))
            first = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(first.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    """Listen until the end."""
    for number in range(ROWS):
        store(f"Who brings the map for tour {number}?")
    server = await asyncio.start_server(talk, "127.0.0.1", int(os.environ["PORT"]), backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
