"""Long runs in parts, and how often `make repeat` runs a case."""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32

from tests.cases import Case

TRIES = {"races": 20, "mistake": 3, "variant": 5}


class Share(NamedTuple):
    """One of several equal parts of a run, counted from 1."""

    number: int
    of: int

    @classmethod
    def read(cls, word: str) -> Share:
        """Read `2/3`; raises ValueError for anything that is no part."""
        number, of = map(int, word.split("/"))
        if not 1 <= number <= of:
            raise ValueError(word)
        return cls(number, of)


WHOLE = Share(1, 1)


def tries_for(case: Case) -> int:
    """Say how often `make repeat` runs a case."""
    if case.step is None:
        return TRIES["variant"]
    return TRIES["races"] if case.races else TRIES["mistake"]


def tries_of(case: Case, *, repeat: bool, share: Share = WHOLE) -> int:
    """Say how many of a case's tries fall into a share: always the same ones, whatever other cases there are."""
    numbers = range(tries_for(case) if repeat else 1)
    return sum(crc32(f"{case.name} {number}".encode()) % share.of == share.number - 1 for number in numbers)
