"""Messages: storing them, listing them newest first, and showing one with its replies."""

import re

from flask import Blueprint, abort

from . import body, query, times
from .db import get_db

ID = re.compile(r"[1-9][0-9]{0,17}")

bp = Blueprint("messages", __name__)


@bp.post("/messages")
def post_message():
    """Store a message."""
    # TODO 3.1: an optional `author`. What do they notice who never heard of it?
    sent = body.read_object()
    text = body.message_text(sent)
    message = store(text, parent(sent))
    return as_json(message), 201, {"Location": f"/messages/{message['id']}"}


@bp.get("/messages")
def list_messages():
    """Show a page of messages, newest first."""
    limit = query.limit()
    # One row more than the page holds: that it exists is all we need to know about the next page.
    rows = newest(limit + 1, query.since(), query.before())
    page = rows[:limit]
    more = len(rows) > limit
    return {
        "messages": [as_json(row) for row in page],
        "next": query.cursor(page[-1]["id"]) if more else None,
    }


@bp.get("/messages/<message_id>")
def get_message(message_id):
    """Show a message and the direct replies to it."""
    message = find(message_id)
    if message is None:
        abort(404, "There is no message with this id.")
    replies = get_db().execute("SELECT * FROM messages WHERE reply_to = ? ORDER BY id", (message["id"],))
    return as_json(message) | {"replies": [as_json(row) for row in replies]}


def store(text, reply_to=None):
    """Store a message and return its row."""
    # TODO 3.2: a text message is stored here too. What does this function have to be told about it?
    # TODO 3.5, 3.6: and about the event that it came from?
    db = get_db()
    # First the lock, then the clock. The other way round, a message could wait for its turn and be
    # listed after one with a later time, and whoever asks `since` that time would never see it.
    db.execute("BEGIN IMMEDIATE")
    (latest,) = db.execute("SELECT max(created_at) FROM messages").fetchone()
    # For the same reason time stands still here when the machine's clock is set back.
    created_at = max(times.now(), latest or 0)
    [row] = db.execute(
        "INSERT INTO messages (text, created_at, reply_to) VALUES (?, ?, ?) RETURNING *",
        (text, created_at, reply_to),
    )
    db.commit()
    return row


def newest(count, since, before):
    """Return at most `count` rows, newest first: from the instant `since` on, with ids below `before`.

    Ids grow in the order in which messages are committed, as SQLite has one writer at a time, and
    times never fall. So `since` is a place in that order: its first message, and all that follow.
    """
    sql = "SELECT * FROM messages WHERE id < :before"
    if since is not None:
        sql += """
            AND created_at >= :since
            AND id >= (SELECT id FROM messages WHERE created_at >= :since ORDER BY created_at, id LIMIT 1)
        """
    sql += " ORDER BY id DESC LIMIT :count"
    return get_db().execute(sql, {"count": count, "since": since, "before": before}).fetchall()


def find(message_id):
    """Return the row with this id, a number or its digits, or None."""
    digits = str(message_id) if type(message_id) is int else message_id
    if not isinstance(digits, str) or not ID.fullmatch(digits):
        return None
    return get_db().execute("SELECT * FROM messages WHERE id = ?", (int(digits),)).fetchone()


def parent(sent):
    """Return the id of the message that a body says it replies to, or None."""
    if sent.get("reply_to") is None:
        return None
    row = find(sent["reply_to"])
    if row is None:
        abort(400, "reply_to must be the id of a message that exists, or null.")
    return row["id"]


def as_json(row):
    # TODO 3.1: `author` and `source`.
    created_at = row["created_at"]
    return {
        "id": row["id"],
        "text": row["text"],
        "created_at": None if created_at is None else times.write(created_at),
        "reply_to": row["reply_to"],
    }
