import pytest

from grader.errors import NotChecked
from grader.webhooks import failed_delivery
from grader.webhooks.failed_delivery import deliver_twice
from tests import projects
from tests.real_course import harness_of

SERVER = """
import json, os, sqlite3, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
setup = sqlite3.connect(path)
setup.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, event TEXT UNIQUE, text TEXT)")
setup.close()
seen = set()

def store_later(event, text):
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    db.execute("INSERT OR IGNORE INTO messages (event, text) VALUES (?, ?)", (event, text))
    db.close()

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        try:
            self.answer(self.store(form["MessageSid"], form["Body"]), b"<Response/>", "text/xml")
        except sqlite3.OperationalError:
            self.answer(503, b"busy", "text/plain")

    def store(self, event, text):
        REMEMBER
        with sqlite3.connect(path, timeout=PATIENCE) as db:
            db.execute("INSERT OR IGNORE INTO messages (event, text) VALUES (?, ?)", (event, text))
        db.close()
        return 200

    def do_GET(self):
        db = sqlite3.connect(path)
        rows = db.execute("SELECT id, text FROM messages ORDER BY id DESC").fetchall()
        db.close()
        listed = [{"id": number, "text": text} for number, text in rows]
        self.answer(200, json.dumps({"messages": listed}).encode(), "application/json")

    def answer(self, status, content, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass

ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
LATER = "threading.Thread(target=store_later, args=(event, text)).start()"
FORGETS = "if event in seen: return 200\n        seen.add(event)"


@pytest.fixture
def harness(tmp_path, resources, nothing_left, monkeypatch):
    monkeypatch.setattr(failed_delivery, "LOCKED", 1.0)
    made = []

    def make(patience, remember="pass", more=""):
        text = SERVER.replace("PATIENCE", str(patience)).replace("REMEMBER", remember)
        projects.project(tmp_path / "project", text)
        with (tmp_path / "project" / "service.toml").open("a") as file:
            file.write(more)
        made.append(harness_of(tmp_path / "project", resources))
        return made[-1]

    yield make
    for harness in made:
        harness.close()


def test_a_service_that_waits_answers_both(harness):
    found = deliver_twice(harness(30))

    assert (found.first.code, found.second.code, found.messages) == (200, 200, 1)


def test_a_service_that_gives_up_succeeds_the_next_time(harness):
    found = deliver_twice(harness(0.1))

    assert (found.first.code, found.second.code, found.messages) == (503, 200, 1)
    assert found.stored_in_vain == ()


def test_an_event_that_was_remembered_too_early_is_lost(harness):
    found = deliver_twice(harness(0.1, FORGETS))

    assert (found.first.code, found.second.code, found.messages) == (503, 200, 0)


def test_what_is_stored_after_an_error_is_seen(harness):
    found = deliver_twice(harness(0.1, LATER))

    assert (found.first.code, found.after_first, found.second.code, found.messages) == (503, 1, 200, 1)
    assert found.stored_in_vain.actual_text() == '503 Service Unavailable, text/plain, "busy", and 1 message'


def test_a_database_that_is_no_file_cannot_be_held(harness):
    with pytest.raises(NotChecked, match="cannot hold"):
        deliver_twice(harness(30, more='[database]\ninspect = "echo {}"\n'))


def test_it_can_be_begun_early_and_ended_before_its_end(harness):
    made = harness(30)
    made.shared.begin("failed delivery", lambda: deliver_twice(made))
    made.close()
