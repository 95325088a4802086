"""What checks look at: values that know which request they come from and how to say what was seen.

A check asserts `actual == expected` (or `in`, `not in`, `<=`) with one of these on either side. When that
fails, the plugin asks the value for the line to paste, for what was wanted, and for what came.
"""

from __future__ import annotations

from grader.assertions.expected import OneOf
from grader.text.values import shown


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
