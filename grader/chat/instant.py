"""Times in the API (clause K8): reads the time that a server sent, and writes the same instant in other ways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from grader.errors import Failed
from grader.http_client.json_body import Number

RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)
LONG_FRACTION = re.compile(r"\.\d{10,}", re.ASCII)
PLAIN = re.compile(r"-?\d{1,12}(?:\.(\d{1,40}))?", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = ((datetime(*day, tzinfo=UTC) - EPOCH) // timedelta(seconds=1) for day in ((1, 1, 1), (9999, 12, 31)))
"""The first and the last Unix second that Python can write as a date: the years 1 to 9999."""


@dataclass(frozen=True)
class Instant:
    """One instant, and how the server wrote it."""

    seconds: Fraction
    """The instant in exact Unix seconds."""
    written: str
    """The instant as the server wrote it."""
    digits: int
    """The number of digits of its fraction, as the server wrote them."""
    is_number: bool
    """Whether the server wrote a JSON number, and not text in RFC 3339."""

    def spelled(self, *, hours: int = 0, minutes: int = 0, digits: int | None = None, zulu: bool = False) -> str:
        """Write the same instant in RFC 3339, with another offset or more digits than the server wrote.

        Raises Failed when the date with that offset lies outside of the years 1 to 9999.
        """
        places = self.digits if digits is None else digits
        offset = timedelta(hours=hours, minutes=minutes)
        whole, fraction = divmod(self.seconds, 1)
        try:
            text = (EPOCH + timedelta(seconds=int(whole)) + offset).isoformat()[:19]
        except OverflowError:
            raise Failed(f"the time {self.written}", expected="a time as in clause K8") from None
        if places:
            text += f".{int(fraction * 10**places):0{places}}"
        sign, minutes_off = ("-" if offset < timedelta(0) else "+"), abs(offset) // timedelta(minutes=1)
        return text + ("Z" if zulu else f"{sign}{minutes_off // 60:02}:{minutes_off % 60:02}")

    def shifted(self, seconds: float, digits: int = 3) -> str:
        """Write the instant that lies so many seconds later, in RFC 3339 and UTC."""
        moved = self.seconds + Fraction(seconds).limit_denominator(10**9)
        return Instant(moved, self.written, digits, is_number=False).spelled(zulu=True)


def read(value: Any) -> Instant | None:
    """Read a time as a server sends it: RFC 3339 with an offset, or a JSON number of Unix seconds; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_number(value)
    found = RFC3339.fullmatch(value) if isinstance(value, str) else None
    return _from_match(found, value) if found else None


def fault(value: Any) -> str:
    """Say why a value isn't a time as in clause K8; `""` where the value says it itself."""
    if not isinstance(value, str):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return ", outside of the years 1 to 9999" if is_number else ""
    reasons = {
        ", and there is no such moment": RFC3339.fullmatch(value),
        ", which lacks an offset such as Z or +05:30": RFC3339.fullmatch(f"{value}Z"),
        ", a number in quotes": PLAIN.fullmatch(value),
        ", with more than 9 digits of fraction": RFC3339.fullmatch(LONG_FRACTION.sub("", value)),
    }
    return next((reason for reason, matches in reasons.items() if matches), "")


def _from_number(value: float) -> Instant | None:
    if not FIRST <= value <= LAST:
        return None
    written = value.written if isinstance(value, Number) else repr(value)
    plain = PLAIN.fullmatch(written)
    digits = (plain[1] or "").rstrip("0") if plain else ""
    return Instant(Fraction(written if plain else repr(value)), written, len(digits), is_number=True)


def _from_match(found: re.Match[str], written: str) -> Instant | None:
    year, month, day, hour, minute, second = (int(found[group]) for group in range(1, 7))
    if second > 60:
        return None
    try:
        whole = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    digits = found[7] or ""
    seconds = Fraction((whole - EPOCH) // timedelta(seconds=1)) + max(0, second - 59)
    if digits:
        seconds += Fraction(int(digits), 10 ** len(digits))
    if found[9]:
        offset = 60 * (60 * int(found[10]) + int(found[11]))
        seconds -= offset if found[9] == "+" else -offset
    return Instant(seconds, written, len(digits), is_number=False)
