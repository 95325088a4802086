"""Observed values of a client's run: what it printed, and its exit code."""

from __future__ import annotations

from typing import Self

from grader.assertions.entries import Listing
from grader.assertions.observed import Observed
from grader.text.stack_traces import stack_traces
from grader.text.values import shown


class Text(str, Observed):
    """What a client printed to one of its streams."""

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
        """The first line of the text that looks like a stack trace."""
        return Listing(stack_traces(self)[:1], request=self.request, what="stack trace")

    def actual_text(self) -> str:
        return self.summary


class ExitCode(int, Observed):
    """The exit code of a client."""

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
