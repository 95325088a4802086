"""A small chat server with one ailment, which `AILMENT` names.

There are `none`, `author_each`, `sorts_all`, `lock` and `neighbour`. The server has `ROWS` messages at its start.
`NEIGHBOUR_MS` is how long another program takes that it asks for each page.
"""

import contextlib
import os
import sqlite3
import threading
import time

from flask import Flask, g, request

DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
AILMENT = os.environ.get("AILMENT", "none")
ROWS = int(os.environ.get("ROWS", "500"))
NEIGHBOUR = float(os.environ.get("NEIGHBOUR_MS", "20")) / 1000
HELD = 0.004
NEWEST = "SELECT * FROM messages ORDER BY {} DESC LIMIT ?"

app = Flask(__name__)
turn = threading.Lock()


def database():
    """Return this request's connection."""
    if "database" not in g:
        g.database = sqlite3.connect(DATABASE, timeout=30)
        g.database.row_factory = sqlite3.Row
        g.waited = 0.0
    return g.database


def query(sql, *values):
    """Ask the database, and keep how long that took."""
    connection = database()
    began = time.perf_counter()
    found = connection.execute(sql, values).fetchall()
    g.waited += time.perf_counter() - began
    return found


@app.before_request
def begin():
    """Keep when the request came."""
    g.began = time.perf_counter()


@app.after_request
def tell(response):
    """Say how long the request took, and how much of it the database."""
    total = 1000 * (time.perf_counter() - g.began)
    response.headers["Server-Timing"] = f"db;dur={1000 * g.get('waited', 0.0):.3f}, total;dur={total:.3f}"
    return response


@app.teardown_appcontext
def close(_error):
    """Close this request's connection."""
    if "database" in g:
        g.database.close()


@app.post("/messages")
def add():
    """Store a message."""
    text = request.get_json()["text"]
    connection = database()
    began = time.perf_counter()
    with connection:
        number = connection.execute("INSERT INTO messages (text, author, likes) VALUES (?, 1, 0)", (text,)).lastrowid
    g.waited += time.perf_counter() - began
    return {"id": number, "text": text}, 201


@app.get("/messages")
def page():
    """Show the newest messages."""
    count = request.args.get("limit", 20, type=int)
    with turn if AILMENT == "lock" else contextlib.nullcontext():
        if AILMENT == "lock":
            time.sleep(HELD)
        if AILMENT == "neighbour":
            time.sleep(NEIGHBOUR)
        rows = query(NEWEST.format("likes * 1000000 + id" if AILMENT == "sorts_all" else "id"), count)
        if AILMENT == "author_each":
            names = [query("SELECT name FROM authors WHERE id = ?", row["author"])[0]["name"] for row in rows]
        else:
            known = dict(map(tuple, query("SELECT id, name FROM authors")))
            names = [known[row["author"]] for row in rows]
    return {
        "messages": [
            {"id": row["id"], "text": row["text"], "author": name} for row, name in zip(rows, names, strict=True)
        ]
    }


with sqlite3.connect(DATABASE) as first:
    first.execute(
        "CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, text TEXT, author INTEGER, likes INTEGER)"
    )
    first.execute("CREATE TABLE IF NOT EXISTS authors (id INTEGER PRIMARY KEY, name TEXT)")
    first.executemany("INSERT OR IGNORE INTO authors VALUES (?, ?)", [(1, "Ada"), (2, "Grace")])
    texts = [(f"Who brings the map for tour {number}?", number % 2 + 1) for number in range(ROWS)]
    first.executemany("INSERT INTO messages (text, author, likes) VALUES (?, ?, 0)", texts)

app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
