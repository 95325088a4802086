"""The messages API. Flask knows these routes once server/__init__.py registers `bp`."""

from flask import Blueprint, abort

bp = Blueprint("messages", __name__)


@bp.post("/messages")
def post_message():
    """Store a message, and answer with what was stored."""
    # TODO 2.1: read `text` from the JSON in the request, store it with store.py, answer 201 with the
    # message: its text and the id that it got. The table is for server/migrations.py.
    # TODO 2.4: parse, check the shape, check the content, and only then touch the database. List what
    # a stranger could send instead of {"text": "hello"}. One place should turn every refusal into
    # the same JSON: what does abort(400, "...") answer here?
    # TODO 2.6: the time of acceptance. Whose clock, which zone, and when exactly?
    # TODO 2.11: `reply_to`, the id of a message that exists, or null, or nothing.
    abort(501, "Sending messages is not written yet.")


@bp.get("/messages")
def list_messages():
    """Show messages, newest first."""
    # TODO 2.2: {"messages": [...]}, the newest 20.
    # TODO 2.3: `limit`. Your language's number parser takes more than you think.
    # TODO 2.8: `since`. Make it the same kind of thing as what is stored, and then compare.
    # TODO 2.9: `next` and `cursor`. What do you need to know of the last message that you sent?
    abort(501, "Listing messages is not written yet.")


# TODO 2.11: GET /messages/{id}: one message with `replies`, the direct ones, oldest first.
