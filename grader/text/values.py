"""How the kit shows a value to people: shortened, on one line, without control characters."""

from __future__ import annotations

import codecs
import json
from decimal import Decimal

SHOWN = 200
"""How many characters of a value are shown."""
BEGINNING = 60
"""How many characters of a long text are shown. How many it has in all is said."""


def shown(value: object) -> str:
    """Show a value as Python's `repr` does, shortened.

    The exceptions are null, true and false, which are shown as in JSON, because every learner reads JSON.
    """
    if isinstance(value, bytes):
        return shorten(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    text = repr(value)
    if len(text) <= SHOWN:
        return text
    return f"{value[:BEGINNING]!r}… ({len(value)} characters)" if isinstance(value, str) else f"{text[:SHOWN]}…"


def three_digits(value: float) -> str:
    """Write a figure with three significant digits, and never with an exponent."""
    return format(Decimal(f"{value:.3g}"), "f")


def shorten(content: bytes) -> str:
    """Show at most 200 characters of a body, on one line, with control characters as visible escapes."""
    begun = codecs.getincrementaldecoder("utf-8")("replace").decode(content[: 4 * SHOWN], len(content) <= 4 * SHOWN)
    shown = printable(" ".join(begun.split()))
    return f'"{shown[:SHOWN]}"' + ("…" if len(shown) > SHOWN or len(content) > 4 * SHOWN else "")


def printable(text: str, keep: str = "") -> str:
    """Write control characters as visible escapes, except those in `keep`.

    A terminal would obey them: they can move the cursor or change the colour.
    """
    return "".join(c if c in keep or c.isprintable() else c.encode("unicode_escape").decode() for c in text)
