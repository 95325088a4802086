"""What a run does at this moment: for the person who waits for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Moment:
    """The step at hand, and what is waited for: since so many seconds, and for so many at most (None: nobody knows).

    `again` says that a check gets its second try.
    """

    step: str = ""
    again: bool = False
    what: str = ""
    seconds: float = 0.0
    at_most: float | None = None
