"""What checks look at: values that know which request they come from and how to say what was seen.

A check asserts `actual == expected` (or `in`, `not in`, `<=`) with one of these on either side. When that
fails, the plugin asks the value for the line to paste, for what was wanted, and for what came.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

SHOWN = 200
STACK_TRACES = (
    "Traceback (most recent call last)",
    "\n    at ",
    "\n\tat ",
    'Exception in thread "',
    "panicked at ",
    "goroutine 1 [",
    "stack backtrace:",
    " at /",
    "core dumped",
)


class Seen:
    """A value with its origin; subclasses say what was wanted and what came."""

    request: str = ""

    def wanted(self, operator: str, other: object) -> str:
        """Say what the check expected, given the operator of the failed comparison and its other side."""
        said = other if isinstance(other, Choice) else repr(other)
        return {"not in": f"anything but {said}", "in": f"{said}", "!=": f"not {said}"}.get(operator, f"{said}")

    def came(self) -> str:
        """Say what came instead."""
        return str(self)


class Choice(frozenset[int]):
    """A named set of acceptable, or unacceptable, values."""

    name: str

    def __new__(cls, values: Iterable[int], name: str) -> Choice:
        made = super().__new__(cls, values)
        made.name = name
        return made

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name


OK = Choice({200}, "200")
NOT_FOUND = Choice({404}, "404")
SERVER_ERRORS = Choice({*range(500, 600)} - {501}, "a server error (5xx; 501 is fine)")
FAILURE_CODES = Choice(range(1, 126), "an exit code from 1 to 125")


class Status(int, Seen):
    """A status code that knows its reply."""

    summary: str

    def __new__(cls, code: int, *, request: str, summary: str) -> Status:
        made = super().__new__(cls, code)
        made.request = request
        made.summary = summary
        return made

    def wanted(self, operator: str, other: object) -> str:
        return super().wanted(operator, other if isinstance(other, Choice) else int(str(other)))

    def came(self) -> str:
        return self.summary


class Statuses(frozenset[int], Seen):
    """The different status codes among several answers."""

    summary: str

    def __new__(cls, codes: Iterable[int], *, request: str, summary: str) -> Statuses:
        made = super().__new__(cls, codes)
        made.request = request
        made.summary = summary
        return made

    def wanted(self, operator: str, other: object) -> str:
        return f"{other} for all of them" if isinstance(other, Choice) else f"{other!r}"

    def came(self) -> str:
        return self.summary


class Body(bytes, Seen):
    """A body that knows its request."""

    def __new__(cls, content: bytes, *, request: str) -> Body:
        made = super().__new__(cls, content)
        made.request = request
        return made

    def wanted(self, operator: str, other: object) -> str:
        return "a body that is not empty" if (operator, other) == ("!=", b"") else super().wanted(operator, other)

    def came(self) -> str:
        return shorten(bytes(self)) if self else "an empty body"


class Size(int, Seen):
    """How many bytes a body has."""

    def __new__(cls, count: int, *, request: str) -> Size:
        made = super().__new__(cls, count)
        made.request = request
        return made

    def wanted(self, operator: str, other: object) -> str:
        return f"at most {other} bytes"

    def came(self) -> str:
        return f"more than {int(self) - 1} bytes"


class Text(str, Seen):
    """What a client printed, on one of its streams."""

    stream: str
    summary: str

    def __new__(cls, content: str, *, stream: str, request: str, summary: str) -> Text:
        made = super().__new__(cls, content)
        made.stream = stream
        made.request = request
        made.summary = summary
        return made

    def wanted(self, operator: str, other: object) -> str:
        if operator == "in":
            return f"{self.stream} contains {other!r}"
        return f"something on {self.stream}" if other == "" else f"{self.stream} {operator} {other!r}"

    @property
    def traces(self) -> Listing:
        """List the signs of a stack trace in it."""
        found = [pattern.strip() for pattern in STACK_TRACES if pattern in f"\n{self}"]
        return Listing(found, request=self.request, what="stack trace")

    def came(self) -> str:
        return self.summary


class ExitCode(int, Seen):
    """How a client ended."""

    summary: str

    def __new__(cls, code: int, *, request: str, summary: str) -> ExitCode:
        made = super().__new__(cls, code)
        made.request = request
        made.summary = summary
        return made

    def wanted(self, operator: str, other: object) -> str:
        return f"exit code {other}" if operator == "==" else super().wanted(operator, other)

    def came(self) -> str:
        return self.summary


class Listing(tuple[str, ...], Seen):
    """A list of things that should be empty, or should hold something."""

    what: str

    def __new__(cls, entries: Iterable[str], *, request: str, what: str) -> Listing:
        made = super().__new__(cls, entries)
        made.request = request
        made.what = what
        return made

    def wanted(self, operator: str, other: object) -> str:
        if operator == "==" and other == ():
            return f"no {self.what}"
        if operator == "!=" and other == ():
            return f"at least one {self.what}"
        return f"{other}"

    def came(self) -> str:
        if not self:
            return "nothing"
        more = f" and {len(self) - 5} more" if len(self) > 5 else ""
        return ", ".join(self[:5]) + more


class Growth(dict[str, int], Seen):
    """By how many rows each table grew; `7 in growth` asks whether some table grew by exactly seven."""

    def __contains__(self, number: object) -> bool:
        return number in self.values()

    def wanted(self, operator: str, other: object) -> str:
        return f"some table with exactly {other} more row{'s' if other != 1 else ''}"

    def came(self) -> str:
        if not self:
            return "a database without any table"
        changed = {name: count for name, count in self.items() if count}
        if not changed:
            return f"no new row that another connection can see (tables: {', '.join(sorted(self))})"
        return ", ".join(f"{name} {count:+}" for name, count in sorted(changed.items()))


def shorten(content: bytes) -> str:
    """Show at most 200 characters of a body, on one line, with control characters made visible."""
    text = content[: 4 * SHOWN].decode("utf-8", "replace")
    shown = printable(" ".join(text.split()))
    return f'"{shown[:SHOWN]}"' + ("…" if len(shown) > SHOWN else "")


def printable(text: str, keep: str = "") -> str:
    """Replace what would move the cursor or colour the terminal by a visible escape."""
    return "".join(c if c in keep or c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def command_line(argv: Iterable[str], **variables: str) -> str:
    """Write a command as one line that can be pasted into a shell."""
    settings = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    return " ".join([*settings, shlex.join(argv)])
