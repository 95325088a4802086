"""The body of a request: what strangers may send, and one sentence for what they may not."""

import json

from flask import abort, request

LONGEST_TEXT = 2000
WHITE_SPACE = " \t\r\n"


def read_object():
    """Return the JSON object in the body of this request."""
    # Anything but JSON is refused, also because a form on any web page can send the other types.
    if not request.is_json:
        abort(415, "The body must be JSON, and Content-Type must say application/json.")
    try:
        value = json.loads(request.get_data().decode(), parse_int=read_int, parse_constant=refuse)
    except (ValueError, RecursionError):
        abort(400, "The body must be valid JSON in UTF-8.")
    if not isinstance(value, dict):
        abort(400, 'The body must be a JSON object, such as {"text": "hello"}.')
    return value


def message_text(sent):
    """Return the text in a body, exactly as it was sent."""
    text = sent.get("text")
    if not isinstance(text, str):
        abort(400, "text must be there, and it must be a string.")
    if not text.strip(WHITE_SPACE):
        abort(400, "text must contain something besides white space.")
    if len(text) > LONGEST_TEXT:
        abort(400, f"text must not be longer than {LONGEST_TEXT} characters.")
    # Half of a surrogate pair is legal in a JSON escape, and no UTF-8 can be made of it.
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        abort(400, "text must not contain U+0000 or half of a surrogate pair.")
    return text


def read_int(digits):
    # Python refuses to read very long integers; JSON has no such limit, and none is asked for here.
    return int(digits) if len(digits) < 100 else float(digits)


def refuse(constant):
    # Python reads NaN and Infinity; JSON doesn't have them.
    raise ValueError(constant)
