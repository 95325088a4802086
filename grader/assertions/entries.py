"""Observed lists and amounts: listings, lengths, and the new rows of a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Self

from grader.assertions.observed import Command, Observed
from grader.text.difference import listed
from grader.text.values import printable


class Listing(tuple[str, ...], Observed):
    """A list of strings. A check compares it with `()`, or with a tuple of the strings that it expects.

    `empty` says why there is no entry, where that is known.
    """

    what: str
    """What an entry is, in the singular, such as `commit`."""

    empty: str = ""

    def __new__(cls, entries: Iterable[str], *, request: str, what: str, empty: str = "") -> Self:
        made = super().__new__(cls, entries)
        made.request = request
        made.what = what
        made.empty = empty
        return made

    @property
    def length(self) -> Length:
        """The number of entries."""
        return Length(len(self), request=self.request, what=f"{self.what}s")

    def expected_text(self, operator: str, other: object) -> str:
        if operator == "==" and other == ():
            return f"no {self.what}"
        if operator == "!=" and other == ():
            return f"at least one {self.what}"
        if operator == "==" and isinstance(other, tuple):
            return listed(other, self)
        return super().expected_text(operator, other)

    def actual_text_beside(self, other: object) -> str:
        return listed(self, other) if self and other and isinstance(other, tuple) else self.actual_text()

    def actual_text(self) -> str:
        if not self:
            ended = f"; {self.request.ended}" if isinstance(self.request, Command) else ""
            return self.empty or f"no {self.what}{ended}"
        more = f" and {len(self) - 5} more" if len(self) > 5 else ""
        return printable(", ".join(self[:5])) + more


class Length(int, Observed):
    """An amount of something, such as the characters in a text."""

    what: str
    """What is counted, in the plural, such as `characters in text`."""

    def __new__(cls, count: int, *, request: str, what: str) -> Self:
        made = super().__new__(cls, count)
        made.request = request
        made.what = what
        return made

    def expected_text(self, operator: str, other: object) -> str:
        return (
            f"at least {other} {self.what}"
            if operator == ">="
            else f"{super().expected_text(operator, other)} {self.what}"
        )

    def actual_text(self) -> str:
        return f"{int(self)} {self.what}"


class Growth(dict[str, int], Observed):
    """The number of new rows in each table. `7 in growth` is true when some table has exactly seven new rows.

    `before` holds the rows of each table at the beginning. `place` says where the kit looked, if there is nothing.
    """

    before: Mapping[str, int] = MappingProxyType({})
    place: str = ""

    missing: str = ""
    """The file that the kit looked for, when it isn't there."""

    def __contains__(self, number: object) -> bool:
        return number in self.values()

    def expected_text(self, operator: str, other: object) -> str:
        rows = f"exactly {other} more row{'s' if other != 1 else ''}"
        return f"no table with {rows}" if operator == "not in" else f"some table with {rows}"

    def actual_text(self) -> str:
        if not self:
            return f"no database: there is no file {self.missing}" if self.missing else "a database without any table"
        changed = {name: count for name, count in self.items() if count}
        if not changed:
            return f"no new row that another connection can see (tables: {printable(', '.join(sorted(self)))})"
        return printable(", ".join(self._told(name, count) for name, count in sorted(changed.items())))

    def _told(self, name: str, count: int) -> str:
        """Tell how a table has grown, also from where to where, unless it was empty at the beginning."""
        first = self.before.get(name, 0)
        return f"{name} {count:+}" + (f" ({first} before, {first + count} after)" if first else "")
