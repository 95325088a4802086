"""The front page."""

from flask import Blueprint

bp = Blueprint("home", __name__)


@bp.get("/")
def home():
    """Answer."""
    # TODO 1.7: record the visit first, one row for each request: see db.py. When does
    # another program see the row?
    return "The chat service is running.\n", {"Content-Type": "text/plain; charset=utf-8"}


# TODO 1.4: a catch-all is a decision, not a default. What should a client get that asks for
# a path that your server does not know?
@bp.get("/<path:path>")
def anything_else(path):
    """Answer every other path there is."""
    return f"There is nothing at /{path} yet.\n", {"Content-Type": "text/plain; charset=utf-8"}
