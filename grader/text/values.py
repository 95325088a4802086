"""How the kit shows a value to people: shortened, on one line, without control characters."""

from __future__ import annotations

import codecs
import json
from collections.abc import Sequence
from typing import Any

SHOWN = 200
"""How many characters of a value are shown."""
FEW = 8
"""How many entries of a long list are shown."""
BEFORE = 2
"""How many of these entries come before the first one that differs."""


def shown(value: object) -> str:
    """Show a value as Python's `repr` does, shortened.

    The exceptions are null, true and false, which are shown as in JSON, because every learner reads JSON.
    """
    if isinstance(value, bytes):
        return shorten(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def excerpt(text: str, beside: str) -> str:
    """Show a text as Python's `repr` does, next to another text `beside`.

    When one of them is long, show only the part around their first difference.
    """
    if max(len(repr(text)), len(repr(beside))) <= SHOWN:
        return repr(text)
    begin = max(0, _alike(text, beside) - SHOWN // 8)
    part = text[begin : begin + SHOWN // 2]
    before, after = "…" if begin else "", "…" if begin + len(part) < len(text) else ""
    return f"{before}{part!r}{after} ({len(text)} characters)"


def listed(entries: Sequence[Any], beside: Sequence[Any] = ()) -> str:
    """Show the first eight entries of a list.

    With another list `beside`, show the eight entries around the first one that differs.
    """
    alike = _alike(entries, beside) if beside else 0
    begin = alike - BEFORE if alike >= FEW else 0
    few = ", ".join(str(one) for one in entries[begin : begin + FEW])
    before, after = "…, " if begin else "", ", …" if begin + FEW < len(entries) else ""
    return printable(f"{before}{few}{after}" + (f" ({len(entries)} in all)" if before or after else ""))


def _alike(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Count the entries at the beginning that are equal in both."""
    both = min(len(one), len(other))
    return next((place for place in range(both) if one[place] != other[place]), both)


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
