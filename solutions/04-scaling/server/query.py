"""The parameters of `GET /messages`: each is read strictly, or refused with one sentence."""

import base64
import re

from flask import abort, request

from . import times
from .store import END

DEFAULT_LIMIT = 20
HIGHEST_LIMIT = 100


def limit():
    """Return how many messages were asked for."""
    text = request.args.get("limit", str(DEFAULT_LIMIT))
    # int() alone would also take "1_0", " 10", "+10" and the digits of other alphabets.
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= HIGHEST_LIMIT:
        abort(400, f"limit must be a whole number from 1 to {HIGHEST_LIMIT}.")
    return int(text)


def since():
    """Return the instant from which on messages were asked for, or None."""
    text = request.args.get("since")
    if text is None:
        return None
    try:
        return times.read(text)
    except ValueError:
        abort(400, "since must be a time with an offset, such as 2026-01-02T03:04:05Z (in a query, + is %2B).")


def before():
    """Return the id below which the wanted page begins."""
    text = request.args.get("cursor")
    if text is None:
        return END
    message_id = read_cursor(text)
    # Decoders forgive a lot. What isn't exactly what we would have written isn't ours.
    if message_id is None or cursor(message_id) != text:
        abort(400, "cursor must be a value that came as next.")
    return message_id


def cursor(message_id):
    """Return what continues a list after this message: opaque, so that nobody builds one by hand."""
    return base64.urlsafe_b64encode(f"older:{message_id}".encode()).decode().rstrip("=")


def read_cursor(text):
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    match = re.fullmatch(rb"older:([0-9]{1,18})", decoded)
    return int(match[1]) if match else None
