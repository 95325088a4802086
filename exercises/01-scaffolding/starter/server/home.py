"""The front page."""

from flask import Blueprint

bp = Blueprint("home", __name__)


# TODO 1.4: this line answers every path there is. A catch-all is a decision, not a default:
# what should somebody get who asks for a path that nobody declared?
@bp.get("/<path:anything>")
@bp.get("/")
def home(anything=""):
    """Answer."""
    # TODO 1.7: record the visit first, one row for each request: see db.py. When does
    # another program see the row?
    return "The chat service is running.\n", {"Content-Type": "text/plain; charset=utf-8"}
