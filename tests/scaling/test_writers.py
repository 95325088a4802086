"""Sixteen writers against small servers: an honest one, and one for each way to break a promise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.errors import Failed
from grader.scaling import writers
from grader.scaling.writers import Kept
from grader.service.server import Service

pytestmark = pytest.mark.timeout(60)

SERVER = """
import json, os, sqlite3, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
HABIT = {habit!r}
path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
patience = 0.1 if HABIT.startswith("gives up") else 5
database = sqlite3.connect(path, timeout=patience, check_same_thread=False, isolation_level=None)
put_off = []
database.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, text TEXT)")
database.execute("PRAGMA synchronous = OFF")
lock = threading.Lock()
count = 0

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self, status, found, **headers):
        body = json.dumps(found).encode()
        self.send_response(status)
        for name, value in {{"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        before = int(self.path.partition("cursor=")[2] or 10**9)
        with lock:
            rows = database.execute(
                "SELECT id, text FROM messages WHERE id < ? ORDER BY id DESC LIMIT 100", (before,)
            ).fetchall()
        last = str(rows[-1][0]) if len(rows) == 100 else None
        if HABIT == "misplaces":
            rows.reverse()
        found = [dict(id=one, text=text) for one, text in rows]
        self.answer(200, dict(messages=found, next=last))

    def do_POST(self):
        global count
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        with lock:
            count += 1
            odd = count % 50 == 0
            if HABIT == "errors" and odd:
                return self.answer(500, dict(error="database is locked"))
            if HABIT == "bare 503" and odd:
                return self.answer(503, dict(error="busy"))
            if HABIT == "refuses" and odd:
                return self.answer(503, dict(error="busy"), Retry_After="1")
            if HABIT == "stores, then refuses" and odd:
                database.execute("INSERT INTO messages (text) VALUES (?)", (text,))
                return self.answer(503, dict(error="busy"), Retry_After="1")
            if HABIT == "loses" and odd:
                return self.answer(201, dict(id=10**8 + count, text=text))
            try:
                for _ in range(2 if HABIT == "doubles" and odd else 1):
                    number = database.execute("INSERT INTO messages (text) VALUES (?)", (text,)).lastrowid
            except sqlite3.OperationalError:
                if HABIT == "gives up, and stores it later":
                    put_off.append(text)
                return self.answer(503, dict(error="busy"))
            while put_off:
                database.execute("INSERT INTO messages (text) VALUES (?)", (put_off.pop(),))
        self.answer(201, dict(id=number, text=text))

    def log_message(self, *more):
        pass

ThreadingHTTPServer.request_queue_size = 64
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


TRIES = 4
ENOUGH = 100
"""Stored messages of which at least one in fifty was an odd one."""


@pytest.fixture
def kept(service: Callable[..., Service]) -> Callable[[str], Kept]:
    """Let sixteen writers write for a second to a server with a habit; again, where the machine stood still."""

    def make(habit: str) -> Kept:
        running = service(SERVER.format(habit=habit))
        running.start()
        for _ in range(TRIES):
            before = running.database.rows()
            written = writers.write(running, 1.0)
            if len(written.stored) > ENOUGH:
                break
        return Kept(running, written, before)

    return make


def broken(found: Kept) -> dict[str, str]:
    """Return the first entry of each list of the kit that isn't empty."""
    names = ("errors", "lost", "surplus", "misplaced", "rows")
    return {name: getattr(found, name)[0] for name in names if getattr(found, name)}


@pytest.mark.parametrize("habit", ["honest", "refuses"])
def test_a_server_that_keeps_its_promises(kept, habit):
    found = kept(habit)

    assert found.enough >= 3
    assert broken(found) == {}


@pytest.mark.parametrize(
    ("habit", "names", "said"),
    [
        ("errors", ["errors"], "status 500"),
        ("bare 503", ["errors"], "status 503"),
        ("stores, then refuses", ["surplus", "rows"], ""),
        ("loses", ["lost", "rows"], "100000"),
        ("doubles", ["surplus", "rows"], ""),
        ("misplaces", ["misplaced"], ""),
    ],
)
def test_each_broken_promise_shows_where_it_belongs(kept, habit, names, said):
    found = broken(kept(habit))

    assert list(found) == names
    assert said in found[names[0]]


@pytest.mark.parametrize(
    ("habit", "names"),
    [("honest", []), ("gives up", ["errors"]), ("gives up, and stores it later", ["errors", "surplus", "rows"])],
)
def test_what_is_sent_under_a_lock_is_stored_or_refused(service, monkeypatch, habit, names):
    monkeypatch.setattr(writers, "HELD", 1.5)
    running = service(SERVER.format(habit=habit))
    running.start()

    found = writers.write_while_held(running)

    assert list(broken(found)) == names
    assert "4 writers at once: POST /messages on " in found.errors.request
    assert found.errors.request.endswith(", while another program locks the database for 2 s")


def test_each_writer_sends_one_message_however_late_it_comes(service):
    running = service(SERVER.format(habit="honest"))
    running.start()

    assert len(writers.write(running, -1.0).stored) == writers.WRITERS


def test_a_server_that_takes_nothing_has_nothing_stored(service):
    running = service()
    running.start()

    with pytest.raises(Failed):
        Kept(running, writers.write(running, 0.5), {})
