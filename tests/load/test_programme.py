"""What `kit grade` does under load, on small chat services: one that is right, and others with one bad habit each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest

from grader.load import programme
from grader.load.capacity import Capacity
from grader.load.capacity_search import Timing
from grader.load.generator import Generator
from grader.load.programme import Level, Programme, confirm_answering
from grader.report.document import schema
from grader.results.moment import Moment
from grader.results.results import Outcome
from grader.service.server import Service

pytestmark = pytest.mark.timeout(90)
BRIEF = Level(0.2, 0.5, 20.0, 90.0, Timing(estimate=0.3, warm_up=0.1, probe=0.4, notches=4, again=0.1))
CHAT = """
import json, os, sqlite3, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
HABIT = {habit!r}
path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
database.execute("CREATE TABLE visits (x)")
database.execute("CREATE TABLE messages (text)")
lock, count = threading.Lock(), 0

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        if self.moved():
            return
        with lock:
            if self.path == "/":
                database.execute("INSERT INTO visits VALUES (1)")
            page = database.execute("SELECT text FROM messages ORDER BY rowid DESC LIMIT 20").fetchall()
        self.reply(200, json.dumps(page))

    def do_POST(self):
        global count
        if self.moved():
            return
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with lock:
            count += 1
            if HABIT != "loses" or count % 2 or count < 300:
                database.execute("INSERT INTO messages VALUES (?)", [text])
        if HABIT == "dies early" or (HABIT == "dies" and count > 300):
            os._exit(3)
        if HABIT == "hangs" and count > 300:
            lock.acquire()
        self.reply(503 if HABIT == "refuses" and count > 205 else 201, "{{}}")

    def moved(self):
        if HABIT != "slash" or self.path != "/messages":
            return False
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.reply(308, "moved", "/messages/")
        return True

    def reply(self, status, text, location=""):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass

class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def generator() -> Iterator[Generator]:
    with Generator() as made:
        yield made


@pytest.fixture
def run(service: Callable[..., Service], generator: Generator) -> Run:
    """Run the programme on a chat with a habit, and return the members of `load`, which obey the schema."""

    def run_(habit: str = "", chat: tuple[str, ...] = ("writes",), **more: Any) -> list[dict[str, Any]]:
        def start() -> Service:
            made = service(CHAT.format(habit=habit))
            made.start()
            return made

        found = list(Programme(generator, start, BRIEF, chat=chat, **more).entries())
        wanted = schema()
        jsonschema.validate(
            [one | {"outcome": str(one["outcome"])} for one in found],
            {"type": "array", "items": {"$ref": "#/$defs/load"}, "$defs": wanted["$defs"]},
        )
        return found

    return run_


def told(entries: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(one["workload"], one["model"], one["outcome"].value) for one in entries]


def test_each_workload_is_measured_with_users_and_searched(run: Run) -> None:
    moments: list[Moment] = []

    found = run(chat=("reads", "writes", "mixed"), tell=moments.append)

    wanted = [
        ("root", "closed"),
        *((name, model) for name in ("reads", "writes", "mixed") for model in ("closed", "open")),
    ]
    assert told(found) == [(*one, "pass") for one in wanted]
    by_name = {(one["workload"], one["model"]): one for one in found}
    assert by_name["root", "closed"]["rows_written"] == by_name["root", "closed"]["answered"] > 0
    assert by_name["root", "closed"]["ceiling"] is None
    assert by_name["writes", "closed"]["rows_written"] == by_name["writes", "closed"]["answered"]
    assert by_name["writes", "closed"]["ceiling"] > 100
    search = by_name["mixed", "open"]
    assert search["limits_ms"] == {"reads": 100.0, "writes": 200.0}
    assert search["capacity"]["done"]
    assert set(search["probes"][0]["p95_ms_by_kind"]) == {"reads", "writes"}
    assert any(moment.what.startswith("load, mixed: offering ") for moment in moments)


def test_a_service_may_serve_messages_behind_a_slash(run: Run) -> None:
    found = run("slash", chat=("mixed",))

    assert told(found)[1] == ("mixed", "closed", "pass")
    assert (found[1]["failed"], found[2]["failed"]) == (0, 0)


def test_a_service_without_a_chat_has_its_front_page_alone(run: Run) -> None:
    assert told(run(chat=())) == [("root", "closed", "pass")]


def test_a_service_that_dies_is_no_pass(run: Run) -> None:
    found = run("dies")

    assert told(found) == [("root", "closed", "pass"), ("writes", "closed", "fail")]
    assert "The service ended under load." in found[1]["note"]


def test_a_service_that_dies_of_its_first_messages_says_so(run: Run) -> None:
    found = run("dies early")

    assert told(found) == [("root", "closed", "pass"), ("writes", "closed", "fail")]
    assert "Not measured: Your server ended during the load (exit code 3)." in found[1]["note"]


def test_a_service_that_hangs_is_no_pass(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programme, "ANSWER_WITHIN", 0.5)

    found = run("hangs")

    assert told(found)[1] == ("writes", "closed", "fail")
    assert "The service didn't answer any more, 1 s after the load." in found[1]["note"]


def test_a_message_that_is_accepted_and_not_stored_is_no_pass(run: Run) -> None:
    found = run("loses")

    assert told(found)[1:] == [("writes", "closed", "fail")]
    assert found[1]["rows_written"] < found[1]["answered"]


def test_a_service_that_only_refuses_is_no_pass(run: Run) -> None:
    found = run("refuses")

    assert told(found)[1:] == [("writes", "closed", "fail")]
    assert found[1]["note"] == "The service gave no good answer."


def test_a_search_without_time_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Programme, "at_most", 0.0)

    found = run(chat=("reads",))

    assert found[2]["outcome"] is Outcome.PASS
    assert found[2]["capacity"] == {"held": 0.0, "broke": None, "because": None, "done": False}
    assert found[2]["note"] == "The time was over before the search came to its end."


def test_a_capacity_that_is_known_is_not_searched_for(run: Run) -> None:
    known = Capacity(200.0, 238.0, "latency", done=True)

    found = run(chat=("reads",), known={"reads": known, "writes": Capacity()})

    assert told(found)[1:] == [("reads", "closed", "pass"), ("reads", "open", "pass")]
    assert found[2]["capacity"] == {"held": 200.0, "broke": 238.0, "because": "latency", "done": True}
    assert found[2]["note"] == "The capacity is the one that the steps of stage 4 have measured."


def test_a_service_that_still_answers_is_alive(service: Callable[..., Service]) -> None:
    made = service(CHAT.format(habit=""))
    made.start()

    confirm_answering(made)
