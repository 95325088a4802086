"""The base class of the values that checks compare.

A check asserts `actual == expected` (or `!=`, `in`, `not in`, `<=`, `>=`) with an observed value on one side. When the
comparison fails, the plugin asks this value for three texts: the line to paste, what was expected, and what came.
"""

from __future__ import annotations

from typing import Self

from grader.assertions.expected import OneOf
from grader.text.values import shown


class Command(str):
    """The command of a client, as a line to paste. It knows how the client ended and what it printed."""

    ended: str

    def __new__(cls, line: str, *, ended: str) -> Self:
        made = super().__new__(cls, line)
        made.ended = ended
        return made

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Become a plain text on the way to another process."""
        return str, (str(self),)


class Observed:
    """A value with the request that it answers. Subclasses describe what was expected and what came."""

    request: str = ""
    timed: bool = False
    """Whether the value depends on the time of the look. The kit repeats such a failure once before it reports it."""

    def expected_text(self, operator: str, other: object) -> str:
        """Describe what the check expected, given the operator and the other side of the failed comparison."""
        name = other.name if isinstance(other, OneOf) else shown(other)
        return {"not in": f"anything but {name}", "!=": f"not {name}", "<=": f"at most {name}"}.get(operator, name)

    def actual_text(self) -> str:
        """Describe what came instead."""
        return str(self)

    def actual_text_beside(self, other: object) -> str:  # noqa: ARG002 - for subclasses that show the difference
        """Describe what came where the check expected something equal to `other`."""
        return self.actual_text()
