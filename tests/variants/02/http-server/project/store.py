"""What is kept, and where: everything that knows SQL.

`note` is the table of step 2.5. Whatever is still in it has no time; `everything` shows it together with `message`.
"""

import secrets
import sqlite3
import threading
import time
from contextlib import contextmanager

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
WAIT_S = 20  # for whoever else holds the file
AT_ONCE = 10

CREATE = """
CREATE TABLE IF NOT EXISTS visit (at INTEGER NOT NULL);
CREATE TABLE message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    accepted_ns INTEGER,
    reply_to TEXT
);
CREATE INDEX message_by_parent ON message (reply_to, seq);
"""
BOTH = """
CREATE VIEW everything AS
    SELECT seq, id, text, accepted_ns, reply_to FROM message
    UNION ALL SELECT n, name, body, NULL, NULL FROM note;
INSERT INTO sqlite_sequence (name, seq) SELECT 'message', coalesce(max(n), 0) FROM note;
"""
ALONE = """
CREATE VIEW everything AS SELECT seq, id, text, accepted_ns, reply_to FROM message;
"""


def new_name():
    return "m~." + "".join(secrets.choice(ALPHABET) for _ in range(10))


def run(db, statements):
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)


def has(db, table):
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None


class NoParent(Exception):
    pass


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

    # From one shape to the next

    def prepare(self):
        """The new table beside the old one, in one transaction."""
        with self.writing() as db:
            if not has(db, "message"):
                run(db, CREATE)
                run(db, BOTH if has(db, "note") else ALONE)

    def empty_the_old_table(self):
        while True:
            try:
                if not self.move_some():
                    return
            except sqlite3.OperationalError:  # held for long; there is no hurry
                time.sleep(1)
            time.sleep(0.02)  # the others want to write, too

    def move_some(self):
        with self.writing() as db:
            if not has(db, "note"):
                return False
            last = db.execute("SELECT max(n) FROM (SELECT n FROM note ORDER BY n LIMIT ?)", (AT_ONCE,)).fetchone()[0]
            if last is None:
                run(db, "DROP VIEW everything;\nDROP TABLE note;\n" + ALONE)
                return False
            db.execute("INSERT INTO message (seq, id, text) SELECT n, name, body FROM note WHERE n <= ?", (last,))
            db.execute("DELETE FROM note WHERE n <= ?", (last,))
            return True

    # What the server asks for

    def visit(self):
        with self.writing() as db:
            db.execute("INSERT INTO visit VALUES (?)", (time.time_ns(),))

    def add(self, text, reply_to):
        name = new_name()
        with self.writing() as db:
            if reply_to is not None:
                if not db.execute("SELECT 1 FROM everything WHERE id = ?", (reply_to,)).fetchone():
                    raise NoParent
            now = time.time_ns()
            db.execute(
                "INSERT INTO message (id, text, accepted_ns, reply_to) VALUES (?, ?, ?, ?)", (name, text, now, reply_to)
            )
        return name, text, now, reply_to

    def page(self, limit, since, before):
        """Up to `limit` rows, and the place of the last of them if there may be more."""
        where, values = ["1"], []
        if since is not None:
            where.append("accepted_ns >= ?")
            values.append(max(since, -(2**63)) if since < 2**63 else 2**63 - 1)
        if before is not None:
            where.append("seq < ?")
            values.append(before)
        with self.reading() as db:
            rows = db.execute(
                f"SELECT seq, id, text, accepted_ns, reply_to FROM everything"
                f" WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT ?",
                (*values, limit),
            ).fetchall()
        return [row[1:] for row in rows], rows[-1][0] if len(rows) == limit else None

    def one(self, name):
        """A message and the replies to it, or None."""
        what = "SELECT id, text, accepted_ns, reply_to FROM everything WHERE"
        with self.reading() as db:
            row = db.execute(f"{what} id = ?", (name,)).fetchone()
            return row and (row, db.execute(f"{what} reply_to = ? ORDER BY seq", (name,)).fetchall())
