"""A small chat server with three things that cost more than they need to; `FIXED` names those that are mended.

`FIXED=rows,authors,times` reads only the rows of the page, asks for all its authors at once, and reads times without a
pattern.
"""

import os
import sqlite3
from datetime import UTC, datetime

from flask import Flask, g, request

DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
FIXED = os.environ.get("FIXED", "").split(",")
PAGE = 50
PATTERN = "%Y-%m-%dT%H:%M:%S.%f%z"
STORED = 6000
NAMES = ("Ada", "Grace", "Edsger", "Barbara", "Donald")

app = Flask(__name__)


def connect():
    """Open the database. It promises nothing, as these messages are worth nothing."""
    connection = sqlite3.connect(DATABASE, timeout=30)
    connection.execute("PRAGMA synchronous = OFF")
    connection.row_factory = sqlite3.Row
    return connection


def database():
    """Return this request's connection."""
    if "database" not in g:
        g.database = connect()
    return g.database


@app.teardown_appcontext
def close(_error):
    """Close this request's connection."""
    if "database" in g:
        g.database.close()


@app.post("/messages")
def add():
    """Store a message."""
    text = request.get_json()["text"]
    with database() as connection:
        number = store(connection, text)
    return {"id": number, "text": text}, 201


@app.get("/messages")
def page():
    """Show the newest messages."""
    rows = newest()
    authors = all_authors() if "authors" in FIXED else None
    return {"messages": [as_json(row, authors) for row in rows]}


def newest():
    """Read the rows of the page."""
    if "rows" in FIXED:
        return database().execute("SELECT * FROM messages ORDER BY id DESC LIMIT ?", (PAGE,)).fetchall()
    return database().execute("SELECT * FROM messages ORDER BY id DESC").fetchall()[:PAGE]


def as_json(row, authors):
    """Write a message as its members."""
    return {
        "id": row["id"],
        "text": row["text"],
        "author": authors[row["author"]] if authors else author_of(row["author"]),
        "created_at": shown_time(row["created_at"]),
    }


def author_of(number):
    """Ask for the name of one author."""
    return database().execute("SELECT name FROM authors WHERE id = ?", (number,)).fetchone()["name"]


def all_authors():
    """Ask for the names of all authors."""
    return {row["id"]: row["name"] for row in database().execute("SELECT * FROM authors")}


def shown_time(text):
    """Write a stored time with whole milliseconds."""
    time = datetime.fromisoformat(text) if "times" in FIXED else datetime.strptime(text, PATTERN)  # noqa: DTZ007
    return time.isoformat(timespec="milliseconds")


def store(connection, text):
    """Store a message, and return its id."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    sql = "INSERT INTO messages (text, author, created_at) VALUES (?, ?, ?)"
    return connection.execute(sql, (text, len(text) % len(NAMES) + 1, now)).lastrowid


with connect() as first:
    first.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, text TEXT, author INTEGER, created_at TEXT)")
    first.execute("CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT)")
    first.executemany("INSERT INTO authors VALUES (?, ?)", enumerate(NAMES, 1))
    for number in range(STORED):
        store(first, f"Who brings the map for tour {number}?")

app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
