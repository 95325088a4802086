"""Slash commands, by way of Slack's framework: it checks the signature and takes the form apart."""

import functools
import re

from flask import Blueprint, abort, current_app, request
from slack_bolt import App, BoltResponse
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from . import authors, messages, texts

USAGE = "`send MESSAGE` sends a message. `recent` shows the 5 newest, and `recent N` the N newest, at most 20."

bp = Blueprint("slack", __name__)


@bp.post("/webhooks/slack")
def receive():
    secret = current_app.config.get("SLACK_SIGNING_SECRET")
    if not secret:
        # Bolt would sign with nothing, and so could everybody.
        abort(401)
    try:
        return bolt(secret).handle(request)
    except ValueError:
        # A body that isn't UTF-8: Bolt doesn't expect it.
        abort(401)


@functools.cache
def bolt(secret):
    """Make the app. We never call Slack, so there is no token that could be verified."""
    app = App(
        signing_secret=secret,
        authorize=lambda enterprise_id, team_id: AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id),
        # In this thread, and before the answer: a listener of Bolt's own threads has no connection of Flask's.
        process_before_response=True,
        token_verification_enabled=False,
    )
    # Bolt answers 404 to a command that it wasn't told of. Slack sends only those that call here, so all of them are ours.
    app.command(re.compile(""))(answer)
    app.error(refuse)
    return SlackRequestHandler(app)


def refuse(error):
    """Say no to a timestamp that is no number, and to a signature that isn't ASCII: Bolt would answer 500."""
    unreadable = isinstance(error, ValueError | OverflowError | TypeError)
    return BoltResponse(status=401 if unreadable else 500)


def answer(ack, command):
    typed = unescape(command.get("text", "")).strip(texts.WHITE_SPACE)
    word, _, rest = re.sub(r"[ \t\r\n]+", " ", typed, count=1).partition(" ")
    if word == "send" and not texts.objection(rest):
        author = authors.pseudonym("slack", command.get("user_id"))
        messages.store(rest, author=author, source="slack")
        ack("Sent.", response_type="ephemeral")
    elif word == "recent" and re.fullmatch("([1-9]|1[0-9]|20)?", rest):
        rows = messages.newest(int(rest or 5))
        ack("\n".join(escape(row["text"]) for row in rows) or "There are none yet.", response_type="in_channel")
    else:
        ack(USAGE, response_type="ephemeral")


def unescape(text):
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
