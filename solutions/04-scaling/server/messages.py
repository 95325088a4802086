"""The API of messages: sending one, listing them newest first, and showing one with its replies."""

from flask import Blueprint, abort

from . import body, query, store, times
from .db import get_db
from .limiter import client, get_limiter

bp = Blueprint("messages", __name__)


@bp.post("/messages")
def post_message():
    """Store a message."""
    limiter, sender = get_limiter(), client()
    limiter.refuse_early(get_db(), sender)
    sent = body.read_object()
    text = body.message_text(sent)
    author = body.author(sent)
    message = store.add(text, reply_to=parent(sent), author=author, before=lambda db: limiter.count(db, sender))
    return as_json(message), 201, {"Location": f"/messages/{message['id']}"}


@bp.get("/messages")
def list_messages():
    """Show a page of messages, newest first."""
    limit = query.limit()
    # One row more than the page holds: that it exists is all we need to know about the next page.
    rows = store.newest(limit + 1, query.since(), query.before())
    page = rows[:limit]
    more = len(rows) > limit
    return {
        "messages": [as_json(row) for row in page],
        "next": query.cursor(page[-1]["id"]) if more else None,
    }


@bp.get("/messages/<message_id>")
def get_message(message_id):
    """Show a message and the direct replies to it."""
    message = store.find(message_id)
    if message is None:
        abort(404, "There is no message with this id.")
    replies = store.replies(message["id"])
    return as_json(message) | {"replies": [as_json(row) for row in replies]}


def parent(sent):
    """Return the id of the message that a body says it replies to, or None."""
    if sent.get("reply_to") is None:
        return None
    row = store.find(sent["reply_to"])
    if row is None:
        abort(400, "reply_to must be the id of a message that exists, or null.")
    return row["id"]


def as_json(row):
    created_at = row["created_at"]
    return {
        "id": row["id"],
        "text": row["text"],
        "created_at": None if created_at is None else times.write(created_at),
        "reply_to": row["reply_to"],
        "author": row["author"],
        "source": row["source"],
    }
