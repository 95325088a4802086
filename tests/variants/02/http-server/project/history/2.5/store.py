"""What is kept, and where: everything that knows SQL."""

import secrets
import sqlite3
import threading
import time
from contextlib import contextmanager

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
WAIT_S = 20  # for whoever else holds the file


def new_name():
    return "m~." + "".join(secrets.choice(ALPHABET) for _ in range(10))


class Store:
    def __init__(self, path):
        self.path = path
        self.turn = threading.Lock()  # our own writers queue here, not in SQLite

    @contextmanager
    def reading(self):
        db = sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)
        try:
            db.execute("BEGIN")
            yield db
        finally:
            db.close()

    @contextmanager
    def writing(self):
        with self.turn:
            db = sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            finally:
                db.close()  # what isn't committed is undone

    def prepare(self):
        with self.writing() as db:
            db.execute("CREATE TABLE IF NOT EXISTS visit (at INTEGER NOT NULL)")
            db.execute(
                "CREATE TABLE IF NOT EXISTS note"
                " (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL)"
            )

    def visit(self):
        with self.writing() as db:
            db.execute("INSERT INTO visit VALUES (?)", (time.time_ns(),))

    def add(self, text):
        name = new_name()
        with self.writing() as db:
            db.execute("INSERT INTO note (name, body) VALUES (?, ?)", (name, text))
        return {"id": name, "text": text}

    def newest(self, limit):
        with self.reading() as db:
            rows = db.execute("SELECT name, body FROM note ORDER BY n DESC LIMIT ?", (limit,))
            return [{"id": name, "text": body} for name, body in rows]
