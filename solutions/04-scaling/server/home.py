"""The front page: it answers, and remembers that it was asked."""

from datetime import UTC, datetime

from flask import Blueprint, request

from .db import get_db

bp = Blueprint("home", __name__)


@bp.get("/")
def home():
    """Record the visit, then answer."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    visit = (request.path, now)
    get_db().write(lambda db: db.execute("INSERT INTO visits (path, at) VALUES (?, ?)", visit))
    return "The chat service is running.\n", {"Content-Type": "text/plain; charset=utf-8"}
