"""Slash commands: Slack calls here when somebody types `/chat send MESSAGE` or `/chat recent 5`."""

import re

from flask import Blueprint, abort, current_app, request
from slack_sdk.signature import SignatureVerifier

from . import authors, store, texts

USAGE = "`send MESSAGE` sends a message. `recent` shows the 5 newest, and `recent N` the N newest, at most 20."
DEFAULT_COUNT = 5
HIGHEST_COUNT = 20

bp = Blueprint("slack", __name__)


@bp.post("/webhooks/slack")
def command():
    """Do what somebody typed, or say what can be typed."""
    typed = unescape(request.form.get("text", ""))
    # The first word is the command, all the rest is what it is about.
    word, _, rest = re.sub(r"[ \t\r\n]+", " ", typed.strip(texts.WHITE_SPACE), count=1).partition(" ")
    if word == "send":
        answer = send(rest)
    elif word == "recent":
        answer = recent(rest)
    else:
        answer = USAGE
    # For Slack, somebody's mistake is a request that went well; anything but a 200 hides the explanation.
    return {"response_type": "ephemeral", "text": answer}


def send(text):
    """Store a message, and say how that went."""
    objection = texts.objection(text)
    if objection:
        return f"{objection} {USAGE}"
    # Nobody can type the same command twice under one trigger_id, but a network can deliver it twice.
    trigger_id = request.form.get("trigger_id")
    store.add(
        text,
        author=authors.pseudonym("slack", request.form.get("user_id")),
        source="slack",
        event=f"slack:{trigger_id}" if trigger_id else None,
    )
    return "Sent."


def recent(wanted):
    """Show the newest messages, the newest first."""
    count = wanted or str(DEFAULT_COUNT)
    if not re.fullmatch(r"[0-9]{1,2}", count) or not 1 <= int(count) <= HIGHEST_COUNT:
        return USAGE
    rows = store.newest(int(count))
    return "\n".join(escape(row["text"]) for row in rows) or "There are no messages yet."


def unescape(text):
    """Return what somebody typed. The ampersand is last: else `&amp;lt;` would become `<`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text):
    """Return a text as Slack wants it, with nothing in it that would call somebody or look like a link.

    The ampersand is first: else the ampersands that we just wrote would be escaped again.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@bp.before_request
def refuse_forgeries():
    """Let nobody pass but Slack; without the secret nobody can tell, so everybody is refused."""
    secret = current_app.config.get("SLACK_SIGNING_SECRET")
    if not secret or not is_genuine(secret):
        # Not a word about what would have been right.
        abort(401, "This request is not signed by Slack, or not within the last five minutes.")


def is_genuine(secret):
    try:
        # The bytes as they came: the same form can be written in many ways, and only one was signed.
        # Timestamps too far away, in the past or the future, are refused as well.
        return SignatureVerifier(secret).is_valid_request(request.get_data(), request.headers)
    except (ValueError, TypeError, OverflowError):
        # A timestamp that is no number or an endless one, a body that isn't UTF-8, a signature that
        # isn't ASCII: the library doesn't expect them.
        return False
