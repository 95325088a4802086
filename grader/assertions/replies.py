"""Observed values of a server's answer: status, body, size, and the fault that makes it useless."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from grader.assertions.observed import Observed
from grader.text.values import shorten


class Status(int, Observed):
    """The status code of an answer."""

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
    """The different status codes of several answers."""

    summary: str

    def __new__(cls, codes: Iterable[int], *, request: str, summary: str) -> Self:
        made = super().__new__(cls, codes)
        made.request = request
        made.summary = summary
        return made

    def expected_text(self, operator: str, other: object) -> str:
        return f"{super().expected_text('in' if operator == '<=' else operator, other)} for all of them"

    def actual_text(self) -> str:
        return self.summary


class Body(bytes, Observed):
    """The body of an answer."""

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
    """The number of bytes in a body."""

    def __new__(cls, count: int, *, request: str) -> Self:
        made = super().__new__(cls, count)
        made.request = request
        return made

    def expected_text(self, operator: str, other: object) -> str:
        return f"{super().expected_text(operator, other)} bytes"

    def actual_text(self) -> str:
        return f"more than {int(self) - 1} bytes"


class Fault(str, Observed):
    """The reason why an answer can't be used; empty when it can be used."""

    answer: str
    summary: str

    def __new__(cls, fault: str, *, answer: str, request: str, summary: str) -> Self:
        made = super().__new__(cls, fault)
        made.answer = answer
        made.request = request
        made.summary = summary
        return made

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - checks compare it only with ""
        return self.answer

    def actual_text(self) -> str:
        return f"{self}, in {self.summary}"
