"""Compares the instants in `since` that a client asked a server for with those that a check expects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any, Self
from zoneinfo import ZoneInfo

from grader.assertions.observed import Observed
from grader.chat import instant
from grader.chat.instant import Instant
from grader.text.values import shown

REMARKS = {
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?(\.\d+)?": "without an offset",
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)? \d\d:?\d\d": "a + that isn't encoded is a blank in a query",
}
"""What is wrong with values of `since` that look like this."""


class Instants(frozenset[Any], Observed):
    """The different instants that a client asked for. Two notations of the same instant are equal."""

    written: str

    def __new__(cls, instants: Iterable[Fraction | None], *, request: str, written: str) -> Self:
        made = super().__new__(cls, instants)
        made.request = request
        made.written = written
        return made

    @classmethod
    def asked(cls, values: Iterable[str | None], *, request: str) -> Self:
        """Read the values of `since`, one for each request; None stands for a request without it."""
        kept = list(dict.fromkeys(values))
        return cls(map(moment_of, kept), request=request, written=", ".join(map(_remarked, kept)))

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - the text fits every operator
        groups: Iterable[Any] = other if isinstance(other, Today | tuple) else [other]
        moments = [moment for group in groups for moment in group]
        return f"since={' or '.join(_spelled(moment) for moment in moments)}, in any spelling"

    def actual_text(self) -> str:
        return f"since={self.written}"


class Today(frozenset[frozenset[Fraction]]):
    """The instants that a time of day may mean: one, or two around midnight."""

    @classmethod
    def at(cls, zone: str, hour: int, minute: int) -> Self:
        """Return the instants that a time of day in a time zone may mean now. Around midnight these are two."""
        place = ZoneInfo(zone)
        days = {(datetime.now(place) - timedelta(minutes=late)).date() for late in (0, 1)}
        moments = {datetime.combine(day, time(hour, minute), place) for day in days}
        return cls({frozenset({Fraction(int(moment.timestamp()))}) for moment in moments})


def moment_of(value: str | None) -> Fraction | None:
    """Read a time as a client may write it, and return it in Unix seconds; None if it is no time."""
    found = instant.read(value)
    return found.seconds if found else None


def _remarked(value: str | None) -> str:
    """Show a value of `since`, and say what is wrong with it where that is known."""
    remark = next((said for pattern, said in REMARKS.items() if value and re.fullmatch(pattern, value)), "")
    return shown(value) + (f" ({remark})" if remark else "")


def _spelled(moment: Fraction | None) -> str:
    if moment is None:
        return "a time"
    return Instant(moment, "", 3 if moment % 1 else 0, is_number=False).spelled(zulu=True)
