"""What checks look at: values that know which request they come from and how to say what was seen.

A check asserts `actual == expected` (or `in`, `not in`, `<=`) with one of these on either side. When that
fails, the plugin asks the value for the line to paste, for what was wanted, and for what came.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from grader.text.values import listed, printable, shorten, shown, stack_traces


class Observed:
    """A value with its origin; subclasses say what was wanted and what came."""

    request: str = ""
    timed: bool = False
    """Whether it depends on when one looked, so that a failure is repeated once before it is shown."""

    def expected_text(self, operator: str, other: object) -> str:
        """Say what the check expected, given the operator of the failed comparison and its other side."""
        said = other.name if isinstance(other, OneOf) else shown(other)
        return {"not in": f"anything but {said}", "!=": f"not {said}", "<=": f"at most {said}"}.get(operator, said)

    def actual_text(self) -> str:
        """Say what came instead."""
        return str(self)

    def actual_text_beside(self, other: object) -> str:  # noqa: ARG002 - for those who can show where the two differ
        """Say what came where something equal to `other` was expected."""
        return self.actual_text()


class OneOf(frozenset[int]):
    """A named set of acceptable, or unacceptable, values."""

    name: str

    def __new__(cls, values: Iterable[int], name: str) -> Self:
        made = super().__new__(cls, values)
        made.name = name
        return made

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name


OK = OneOf({200}, "200")
NOT_FOUND = OneOf({404}, "404")
WRONG_METHOD = OneOf({405, 404, 501}, "405; 404 and 501 are fine")
SERVER_ERRORS = OneOf({*range(500, 600)} - {501}, "a server error (5xx; 501 is fine)")
FAILURE_CODES = OneOf(range(1, 126), "an exit code from 1 to 125")


class Status(int, Observed):
    """A status code that knows its reply."""

    summary: str

    def __new__(cls, code: int, *, request: str, summary: str) -> Self:
        made = super().__new__(cls, code)
        made.request = request
        made.summary = summary
        return made

    def expected_text(self, operator: str, other: object) -> str:
        return super().expected_text(operator, int(other) if isinstance(other, int) else other)

    def actual_text(self) -> str:
        return self.summary


class Statuses(frozenset[int], Observed):
    """The different status codes among several answers."""

    summary: str

    def __new__(cls, codes: Iterable[int], *, request: str, summary: str) -> Self:
        made = super().__new__(cls, codes)
        made.request = request
        made.summary = summary
        return made

    def expected_text(self, operator: str, other: object) -> str:
        return f"{super().expected_text(operator, other)} for all of them"

    def actual_text(self) -> str:
        return self.summary


class Body(bytes, Observed):
    """A body that knows its request."""

    def __new__(cls, content: bytes, *, request: str) -> Self:
        made = super().__new__(cls, content)
        made.request = request
        return made

    def expected_text(self, operator: str, other: object) -> str:
        return (
            "a body that is not empty" if (operator, other) == ("!=", b"") else super().expected_text(operator, other)
        )

    def actual_text(self) -> str:
        return shorten(bytes(self)) if self else "an empty body"


class Size(int, Observed):
    """How many bytes a body has."""

    def __new__(cls, count: int, *, request: str) -> Self:
        made = super().__new__(cls, count)
        made.request = request
        return made

    def expected_text(self, operator: str, other: object) -> str:
        return f"{super().expected_text(operator, other)} bytes"

    def actual_text(self) -> str:
        return f"more than {int(self) - 1} bytes"


class Length(int, Observed):
    """How much there is of something."""

    what: str

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


class Text(str, Observed):
    """What a client printed, on one of its streams."""

    stream: str
    summary: str

    def __new__(cls, content: str, *, stream: str, request: str, summary: str) -> Self:
        made = super().__new__(cls, content)
        made.stream = stream
        made.request = request
        made.summary = summary
        return made

    def expected_text(self, operator: str, other: object) -> str:
        if operator == "in":
            return f"{self.stream} contains {shown(other)}"
        if (operator, other) == ("!=", ""):
            return f"something on {self.stream}"
        return f"on {self.stream}: {super().expected_text(operator, other)}"

    @property
    def traces(self) -> Listing:
        """List the signs of a stack trace in it."""
        return Listing(stack_traces(self), request=self.request, what="stack trace")

    def actual_text(self) -> str:
        return self.summary


class ExitCode(int, Observed):
    """How a client ended."""

    summary: str

    def __new__(cls, code: int, *, request: str, summary: str) -> Self:
        made = super().__new__(cls, code)
        made.request = request
        made.summary = summary
        return made

    def expected_text(self, operator: str, other: object) -> str:
        return f"exit code {other}" if operator == "==" else super().expected_text(operator, other)

    def actual_text(self) -> str:
        return self.summary


class Listing(tuple[str, ...], Observed):
    """A list of things that should be empty, or should hold something."""

    what: str

    def __new__(cls, entries: Iterable[str], *, request: str, what: str) -> Self:
        made = super().__new__(cls, entries)
        made.request = request
        made.what = what
        return made

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
            return "nothing"
        more = f" and {len(self) - 5} more" if len(self) > 5 else ""
        return printable(", ".join(self[:5])) + more


class Fault(str, Observed):
    """What keeps somebody from using an answer; empty when nothing does."""

    answer: str
    summary: str

    def __new__(cls, fault: str, *, answer: str, request: str, summary: str) -> Self:
        made = super().__new__(cls, fault)
        made.answer = answer
        made.request = request
        made.summary = summary
        return made

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - it is only ever compared with ""
        return self.answer

    def actual_text(self) -> str:
        return f"{self}, in {self.summary}"


class Growth(dict[str, int], Observed):
    """By how many rows each table grew; `7 in growth` asks whether some table grew by exactly seven."""

    def __contains__(self, number: object) -> bool:
        return number in self.values()

    def expected_text(self, operator: str, other: object) -> str:
        rows = f"exactly {other} more row{'s' if other != 1 else ''}"
        return f"no table with {rows}" if operator == "not in" else f"some table with {rows}"

    def actual_text(self) -> str:
        if not self:
            return "a database without any table"
        changed = {name: count for name, count in self.items() if count}
        if not changed:
            return f"no new row that another connection can see (tables: {printable(', '.join(sorted(self)))})"
        return printable(", ".join(f"{name} {count:+}" for name, count in sorted(changed.items())))
