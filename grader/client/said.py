"""One message of a scripted chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Said:
    """One message of a scripted chat."""

    id: str
    """The id as text, even where the server writes an integer."""
    text: str
    """The text of the message."""
    created_at: str | float | None
    """The time of the message, as the server writes it."""
    reply_to: str | None = None
    author: str | None = None
    """The author of the message."""
    source: str | None = None
    """The way by which the message came in."""

    def as_json(self) -> dict[str, Any]:
        """Return the message object, with its members in an unusual order, and with one that no client knows."""
        origin = {"source": self.source, "author": self.author} if self.source else {}
        return {
            **origin,
            "reply_to": self.reply_to,
            "mood": "calm",
            "created_at": self.created_at,
            "text": self.text,
            "id": self.id,
        }
