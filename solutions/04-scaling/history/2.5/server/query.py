"""The parameters of `GET /messages`: each is read strictly, or refused with one sentence."""

import re

from flask import abort, request

DEFAULT_LIMIT = 20
HIGHEST_LIMIT = 100


def limit():
    """Return how many messages were asked for."""
    text = request.args.get("limit", str(DEFAULT_LIMIT))
    # int() alone would also take "1_0", " 10", "+10" and the digits of other alphabets.
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= HIGHEST_LIMIT:
        abort(400, f"limit must be a whole number from 1 to {HIGHEST_LIMIT}.")
    return int(text)
