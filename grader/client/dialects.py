"""Different ways in which a server may write its answers, all of them legal (clauses K2, K4, K7 and K8)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.chat.instant import Instant

IDS = ("m-7f.3a~9", "m-80", "0017", "Z_2026.x", "b2xkZXI~", "q.1", "~tilde", "00-00", "x_y-z", "aB.9")
LARGEST = 2**53 - 1
FIRST = Fraction("1767340804.5")
"""The time of the first message, half a second after 2026-01-02T08:00:04Z. Each further message is a minute later."""
SPELLINGS: tuple[dict[str, Any], ...] = (
    {"digits": 1},
    {"digits": 0, "zulu": True},
    {"digits": 9, "hours": 5, "minutes": 30},
    {"digits": 3, "hours": -3, "minutes": -30},
)


@dataclass(frozen=True)
class Dialect:
    """One legal way in which a server writes its answers.

    `accepted` is the status for a message that was stored. `ids` and `time` give ids and times of messages. With
    `integers`, ids are JSON integers. Without `nulls`, the server leaves out a member that would be null. With `short`,
    pages after the first hold no more messages than that. Without it, a last page that is full leads to an empty one.
    `slash` is the end of the base URL. A `strict` server refuses a `limit` that isn't from 1 to 100. With `chunks`,
    bodies come in chunks.
    """

    name: str
    accepted: int
    ids: Callable[[], Iterator[str]]
    time: Callable[[int], str | float | None]
    integers: bool
    nulls: bool
    short: int = 0
    slash: str = ""
    strict: bool = False
    chunks: bool = False

    def __str__(self) -> str:
        return self.name

    def spoken(self, members: dict[str, Any]) -> dict[str, Any]:
        """Write the members of a JSON object as this server does."""
        kept = {name: value for name, value in members.items() if self.nulls or value is not None}
        ids = {name: int(kept[name]) for name in ("id", "reply_to") if self.integers and _is_digits(kept.get(name))}
        return kept | ids


def _is_digits(value: Any) -> bool:
    return isinstance(value, str) and value.isdecimal() and len(value) <= len(str(LARGEST))


def _letters() -> Iterator[str]:
    return itertools.chain(IDS, (f"m-{number:x}~{number}" for number in itertools.count(4096, 7)))


def _digits() -> Iterator[str]:
    return (str(number) for number in itertools.count(LARGEST, -7))


def _from_zero() -> Iterator[str]:
    return (str(number) for number in itertools.count())


def _as_text(number: int) -> str:
    """Write the time of a message in RFC 3339. The offset and the digits of the fraction differ between messages."""
    moment = Instant(FIRST + 60 * number, "", 1, is_number=False)
    return moment.spelled(**SPELLINGS[number % len(SPELLINGS)])


def _as_number(number: int) -> float:
    """Write the time of a message in Unix seconds: an integer for every other message, else a float."""
    moment = FIRST + 60 * number
    return int(moment) if number % 2 else float(moment)


LETTERS = Dialect("letters", 201, _letters, _as_text, integers=False, nulls=True, strict=True)
NUMBERS = Dialect("numbers", 200, _digits, _as_number, integers=True, nulls=False, short=4, slash="/", chunks=True)
YOUNG = Dialect("young", 200, _digits, lambda _: None, integers=True, nulls=False, short=4)
"""A server as it may be at step 2.5: its messages have an id and a text, and there are no pages."""
FROM_ZERO = Dialect("from zero", 201, _from_zero, lambda _: None, integers=True, nulls=True)
"""A server that counts its messages from 0, and knows the time of none: nothing but an id puts a 0 into a line."""
DIALECTS = (LETTERS, NUMBERS)
