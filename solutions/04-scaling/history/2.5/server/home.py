"""The front page: it answers, and remembers that it was asked."""

from datetime import UTC, datetime

from flask import Blueprint, request

from .db import get_db

bp = Blueprint("home", __name__)


@bp.get("/")
def home():
    """Record the visit, then answer."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    db = get_db()
    db.execute("INSERT INTO visits (path, at) VALUES (?, ?)", (request.path, now))
    # Without this line the row is gone when the connection is closed.
    db.commit()
    return "The chat service is running.\n", {"Content-Type": "text/plain; charset=utf-8"}
