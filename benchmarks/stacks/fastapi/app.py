"""The reads and writes of the chat in FastAPI: typed models, endpoints in threads, a kept connection for each."""

import os
import sqlite3
import threading
import time
from datetime import UTC, datetime
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

TABLE = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, created_at INTEGER NOT NULL, reply_to INTEGER, author TEXT
)
"""
app = FastAPI()
own = threading.local()
writing = threading.Lock()


class Draft(BaseModel):
    """What somebody sends."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    reply_to: int | None = None
    author: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class Message(Draft):
    """What is shown."""

    id: int
    created_at: datetime
    source: str = "api"


class Page(BaseModel):
    """The newest messages, and what continues the list."""

    messages: list[Message]
    next: str | None


def database() -> sqlite3.Connection:
    """Return this thread's own connection."""
    if not hasattr(own, "db"):
        db = sqlite3.connect(os.environ["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None, timeout=30)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(TABLE)
        db.row_factory = sqlite3.Row
        own.db = db
    found: sqlite3.Connection = own.db
    return found


def shown(row: sqlite3.Row) -> Message:
    """Return a row as a message."""
    return Message(**{**dict(row), "created_at": datetime.fromtimestamp(row["created_at"] / 1e6, UTC)})


@app.get("/")
def home() -> dict[str, str]:
    """Answer, so that the kit sees that the service is ready."""
    return {"status": "running"}


@app.post("/messages", status_code=201)
def send(draft: Draft) -> Message:
    """Store a message."""
    with writing:
        rows = database().execute(
            "INSERT INTO messages (text, created_at, reply_to, author) VALUES (?, ?, ?, ?) RETURNING *",
            (draft.text, time.time_ns() // 1000, draft.reply_to, draft.author),
        )
        return shown(rows.fetchall()[0])


@app.get("/messages")
def newest(limit: Annotated[int, Query(ge=1, le=100)] = 20, cursor: int | None = None) -> Page:
    """Show a page of messages, newest first."""
    rows = (
        database()
        .execute("SELECT * FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?", (cursor or 2**63 - 1, limit + 1))
        .fetchall()
    )
    more = len(rows) > limit
    return Page(messages=[shown(row) for row in rows[:limit]], next=str(rows[limit - 1]["id"]) if more else None)
