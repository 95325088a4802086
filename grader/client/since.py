"""The instants that a client asks a server for, and those that it may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any, Self
from zoneinfo import ZoneInfo

from grader.assertions.observed import Observed
from grader.chat import instant
from grader.chat.instant import Instant
from grader.text.values import shown


class Instants(frozenset[Any], Observed):
    """The different instants that a client asked for, compared as instants however they were written."""

    said: str

    def __new__(cls, instants: Iterable[Fraction | None], *, request: str, said: str) -> Self:
        made = super().__new__(cls, instants)
        made.request = request
        made.said = said
        return made

    @classmethod
    def asked(cls, values: Iterable[str | None], *, request: str) -> Self:
        """Read what was asked for in `since`, request by request; None where it was left out."""
        kept = list(dict.fromkeys(values))
        return cls(map(moment_of, kept), request=request, said=", ".join(map(shown, kept)))

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - there is only one way to ask
        groups: Iterable[Any] = other if isinstance(other, Today | tuple) else [other]
        moments = [moment for group in groups for moment in group]
        return f"since={' or '.join(_spelled(moment) for moment in moments)}, in any spelling"

    def actual_text(self) -> str:
        return f"since={self.said}"


class Today(frozenset[frozenset[Fraction]]):
    """What a time of day may mean around now."""

    @classmethod
    def at(cls, zone: str, hour: int, minute: int) -> Self:
        """Give the instants that a time of day means there, now; two around midnight."""
        place = ZoneInfo(zone)
        days = {(datetime.now(place) - timedelta(minutes=late)).date() for late in (0, 1)}
        moments = {datetime.combine(day, time(hour, minute), place) for day in days}
        return cls({frozenset({Fraction(int(moment.timestamp()))}) for moment in moments})


def moment_of(value: str | None) -> Fraction | None:
    """Read a time as a client may write it, in Unix seconds; None where it is none."""
    found = instant.read(value)
    return found.seconds if found else None


def _spelled(moment: Fraction | None) -> str:
    if moment is None:
        return "a time"
    return Instant(moment, "", 3 if moment % 1 else 0, is_number=False).spelled(zulu=True)
