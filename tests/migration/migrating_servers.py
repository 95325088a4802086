"""Servers for tests that store messages. Each migrates an old database in another way when it starts."""

SERVER = """
import json, os, signal, sqlite3, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

db = sqlite3.connect(os.environ["DATABASE_URL"].removeprefix("sqlite:///"), timeout=30, isolation_level=None)

def columns():
    return [row[1] for row in db.execute("PRAGMA table_info(messages)")]

{start}

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        limit = int(parse_qs(urlsplit(self.path).query).get("limit", ["20"])[0])
        names = columns()
        rows = db.execute("SELECT * FROM messages ORDER BY id DESC LIMIT ?", (limit,))
        self.answer({{"messages": [dict(zip(names, row)) for row in rows]}})

    def do_POST(self):
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        made = db.execute("INSERT INTO messages (text) VALUES (?)", (text,)).lastrowid
        self.answer({{"id": made, "text": text, {more}}})

    def answer(self, said):
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

if "migrate" not in sys.argv:
    HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
"""A server of the standard library that stores its messages. `start` is the code that runs when it starts."""

CREATE = 'db.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, text TEXT)")'
OLD = CREATE
IN_ONE_TRANSACTION = """
db.execute("BEGIN IMMEDIATE")
db.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, text TEXT)")
if "created_at" not in columns():
    db.execute("ALTER TABLE messages ADD COLUMN created_at")
db.execute("COMMIT")
"""
STEP_BY_STEP = """
db.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, text TEXT)")
if "created_at" not in columns():
    db.execute("ALTER TABLE messages RENAME TO old")
    time.sleep(0.2)
    db.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, text TEXT, created_at)")
    time.sleep(0.2)
    db.execute("INSERT INTO messages (id, text) SELECT id, text FROM old")
    db.execute("DROP TABLE old")
"""
WITHOUT_A_LOOK = """
if "created_at" not in columns():
    time.sleep(0.2)
    db.execute("ALTER TABLE messages ADD COLUMN created_at")
"""
LOOKS_THEN_LOCKS = """
needed = "created_at" not in columns()
db.execute("BEGIN IMMEDIATE")
if needed:
    db.execute("ALTER TABLE messages ADD COLUMN created_at")
db.execute("COMMIT")
"""
SLOW_AT_LAST = """
starts = os.path.join(os.path.dirname(os.path.abspath(__file__)), "starts")
open(starts, "a").write("x")
time.sleep(1 + 0.25 * os.path.getsize(starts) if os.path.getsize(starts) > 1 else 0)
"""
"""Waits before the server opens the database. The first start, which the kit measures, is quicker than all others."""
OPENED_LATE = SERVER.replace("db = sqlite3", f"{SLOW_AT_LAST}\ndb = sqlite3")
BY_NUMBER = """
here = os.path.dirname(os.path.abspath(__file__))
for number in range(1, 10):
    try:
        os.mkdir(os.path.join(here, f"start-{{number}}"))
        break
    except FileExistsError:
        pass
if number == {late}:
    time.sleep(2.5)
"""
"""Counts the starts before the server opens the database, and lets one of them be late."""
ONE_BY_ONE = """
import fcntl
gate = open(os.environ["DATABASE_URL"].removeprefix("sqlite:///") + ".lock", "w")
fcntl.flock(gate, fcntl.LOCK_EX)
"""
AT_THE_FIRST_REQUEST = SERVER.replace(
    "        names = columns()", "        if 'created_at' not in columns(): bring_forward()\n        names = columns()"
)
BRING_FORWARD = """
def bring_forward():
    db.execute("BEGIN IMMEDIATE")
    db.execute("ALTER TABLE messages ADD COLUMN created_at")
    db.execute("COMMIT")
"""
NEVER = CREATE + '\nif "created_at" not in columns():\n    time.sleep(300)'
SUICIDAL = CREATE + '\nif "created_at" not in columns():\n    os.kill(os.getpid(), signal.SIGKILL)'
HALF = CREATE + '\nif "created_at" not in columns():\n    db.execute("DELETE FROM messages WHERE id % 2")'
HALF += '\n    db.execute("ALTER TABLE messages ADD COLUMN created_at")'
TRIMMED = IN_ONE_TRANSACTION + 'db.execute("UPDATE messages SET text = trim(text)")'
NUMBERED = IN_ONE_TRANSACTION + 'db.execute("UPDATE messages SET id = id + 1000 WHERE id < 1000")'
STAMPED = IN_ONE_TRANSACTION + 'db.execute("UPDATE messages SET created_at = {moment}")'
