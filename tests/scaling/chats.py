"""A small chat service on SQLite, standard library only, with one habit: for tests of what stage 4 promises."""

from __future__ import annotations

from pathlib import Path

from grader.project.config import Project
from tests import projects

SERVER = r"""
import json, os, re, sqlite3, sys, threading, time, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HABIT = HABIT_OF_TEST
PATH = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
kept = {}

def connect():
    return sqlite3.connect(PATH, timeout=30)

with connect() as first:
    kind = "TEXT" if HABIT == "uuids" else "INTEGER"
    first.execute(f"CREATE TABLE IF NOT EXISTS messages (id {kind} PRIMARY KEY, text TEXT, at REAL)")
    if HABIT == "two tables":
        first.execute("CREATE TABLE IF NOT EXISTS twins (id INTEGER PRIMARY KEY, text TEXT)")

def written(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f"{at % 1:.6f}"[1:] + "Z"

def shown(row):
    return {"id": str(row[0]), "text": row[1], "created_at": written(row[2]), "replies": []}

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        if HABIT == "late" and self.path in kept and kept[self.path][0] > time.time() - 1:
            return self.answer(200, kept[self.path][1])
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if HABIT == "one page":
            asked.pop("since", None)
        began = time.perf_counter()
        with connect() as db:
            if url.path != "/messages":
                rows = db.execute("SELECT * FROM messages WHERE id = ?", [url.path.rpartition("/")[2]]).fetchall()
                return self.answer(200, shown(rows[0])) if rows else self.answer(404, {"error": "no"})
            limit, start = int(asked.get("limit", 20)), int(asked.get("cursor", 0))
            newest = "SELECT * FROM messages ORDER BY rowid DESC LIMIT ? OFFSET ?"
            rows = db.execute(newest, [limit + 1, start]).fetchall()
        if asked.get("since", "") > "2":
            rows = [row for row in rows if written(row[2]) >= asked["since"]]
        more = str(start + limit) if len(rows) > limit else None
        page = {"messages": [shown(row) for row in rows[:limit]], "next": more}
        kept[self.path] = time.time(), page
        self.answer(200, page, time.perf_counter() - began)

    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/messages":
            return self.answer(404, {"error": "no"})
        body = json.loads(data)
        began = time.perf_counter()
        row = [str(uuid.uuid4()) if HABIT == "uuids" else None, body["text"], time.time()]
        if HABIT != "forgets":
            with connect() as db:
                row[0] = db.execute("INSERT INTO messages VALUES (?, ?, ?)", row).lastrowid if HABIT != "uuids" else (
                    db.execute("INSERT INTO messages VALUES (?, ?, ?)", row) and row[0])
                if HABIT == "two tables":
                    db.execute("INSERT INTO twins VALUES (NULL, ?)", [body["text"]])
        self.answer(201, shown(row), time.perf_counter() - began)

    def answer(self, status, value, db=0.0):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if HABIT == "total only":
            self.send_header("Server-Timing", f"total;dur={db * 1000:.3f}")
        elif os.environ.get("TIMING") == "on" and HABIT != "silent":
            self.send_header("Server-Timing", f"db;dur={db * 1000:.3f}, total;dur={db * 1000 + 0.01:.3f}")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass

class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def chat(folder: Path, habit: str = "") -> Project:
    """Write a project whose service has this habit."""
    return projects.project(folder, SERVER.replace("HABIT_OF_TEST", repr(habit)), database="sqlite:///{data}/chat.db")
