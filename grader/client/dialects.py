"""The ways in which a server may speak to a client, each of them legal (clauses K2, K4, K7 and K8)."""

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
"""The time of the first message, half a second after 2026-01-02T08:00:04Z; each further one comes a minute later."""
SPELLINGS: tuple[dict[str, Any], ...] = (
    {"digits": 1},
    {"digits": 0, "zulu": True},
    {"digits": 9, "hours": 5, "minutes": 30},
    {"digits": 3, "hours": -3, "minutes": -30},
)


@dataclass(frozen=True)
class Dialect:
    """One way of speaking: the status of an accepted message, how its members are written, and how its address ends.

    With `integers`, ids are JSON integers. Without `nulls`, a member that would be null is left out. With `short`,
    pages after the first hold one message less than was asked for; else a last page that is full leads to an empty one.
    """

    name: str
    accepted: int
    ids: Callable[[], Iterator[str]]
    time: Callable[[int], str | float | None]
    integers: bool
    nulls: bool
    short: bool = False
    slash: str = ""

    def __str__(self) -> str:
        return self.name

    def spoken(self, members: dict[str, Any]) -> dict[str, Any]:
        """Write the members of a JSON object as this server would."""
        said = {name: value for name, value in members.items() if self.nulls or value is not None}
        ids = {name: int(said[name]) for name in ("id", "reply_to") if self.integers and _is_digits(said.get(name))}
        return said | ids


def _is_digits(value: Any) -> bool:
    return isinstance(value, str) and value.isdecimal() and len(value) <= len(str(LARGEST))


def _letters() -> Iterator[str]:
    return itertools.chain(IDS, (f"m-{number:x}~{number}" for number in itertools.count(4096, 7)))


def _digits() -> Iterator[str]:
    return (str(number) for number in itertools.count(LARGEST, -7))


def _in_words(number: int) -> str:
    """Write the time of a message in RFC 3339, each with another offset and as many digits of fraction."""
    moment = Instant(FIRST + 60 * number, "", 1, is_number=False)
    return moment.spelled(**SPELLINGS[number % len(SPELLINGS)])


def _in_seconds(number: int) -> float:
    """Write the time of a message in Unix seconds, of every second one as an integer."""
    moment = FIRST + 60 * number
    return int(moment) if number % 2 else float(moment)


LETTERS = Dialect("letters", 201, _letters, _in_words, integers=False, nulls=True)
NUMBERS = Dialect("numbers", 200, _digits, _in_seconds, integers=True, nulls=False, short=True, slash="/")
YOUNG = Dialect("young", 200, _digits, lambda _: None, integers=True, nulls=False, short=True)
"""A server as it may be at step 2.5: its messages have an id and a text, and there are no pages."""
DIALECTS = (LETTERS, NUMBERS)
