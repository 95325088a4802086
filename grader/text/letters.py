"""Letters in place of characters that a terminal can't show."""

from __future__ import annotations

import codecs

HANDLER = "kit-letters"
"""The name of the error handler, for `errors=` of a stream."""
LETTERS = {
    "✓": "P",
    "✗": "F",
    "·": "s",
    "–": "-",
    "—": "-",
    "…": "...",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "×": "x",
}
"""P and F stand for pass and fail, s for skipped. Any other character becomes a question mark."""


def replaced(error: UnicodeError) -> tuple[str | bytes, int]:
    """Return what is written in place of characters that can't be encoded, and where the text goes on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(LETTERS.get(character, "?") for character in wrong), error.end


def register() -> None:
    """Make the error handler known to Python."""
    codecs.register_error(HANDLER, replaced)
