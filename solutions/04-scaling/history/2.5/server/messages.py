"""Messages: storing them, and listing them newest first."""

from flask import Blueprint

from . import body, query
from .db import get_db

bp = Blueprint("messages", __name__)


@bp.post("/messages")
def post_message():
    """Store a message."""
    text = body.message_text(body.read_object())
    db = get_db()
    [row] = db.execute("INSERT INTO messages (text) VALUES (?) RETURNING *", (text,))
    db.commit()
    return dict(row), 201, {"Location": f"/messages/{row['id']}"}


@bp.get("/messages")
def list_messages():
    """Show the newest messages, newest first."""
    # Ids grow in the order in which messages are committed: SQLite has one writer at a time.
    rows = get_db().execute("SELECT * FROM messages ORDER BY id DESC LIMIT ?", (query.limit(),))
    return {"messages": [dict(row) for row in rows]}
