"""Observed values from a server's JSON: members of objects, and the ids and the number of messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, Self

from grader.assertions.entries import Length
from grader.assertions.observed import Observed
from grader.text.difference import beside, listed
from grader.text.values import shown


class Value(Observed):
    """A member of a message, or of another JSON object, with the request that it answers."""

    def __init__(self, value: Any, *, name: str, request: str) -> None:
        self.value = value
        self.name = name
        self.request = request

    def __eq__(self, other: object) -> bool:
        return same(self.value, _plain(other))

    def __hash__(self) -> int:
        return hash(json.dumps(self.value))

    @property
    def length(self) -> Length:
        """The number of characters; 0 when the value is not a string."""
        count = len(self.value) if isinstance(self.value, str) else 0
        return Length(count, request=self.request, what=f"characters in {self.name}")

    def expected_text(self, operator: str, other: object) -> str:
        if operator == "in" and isinstance(other, tuple):
            return f"{self.name}: {' or '.join(map(shown, other))}"
        plain = _plain(other)
        if operator == "==":
            return f"{self.name}: {beside(plain, self.value)}"
        return f"{self.name}: {super().expected_text(operator, plain)}"

    def actual_text_beside(self, other: object) -> str:
        return f"{self.name}: {beside(self.value, _plain(other))}"

    def actual_text(self) -> str:
        return f"{self.name}: {shown(self.value)}"


class Ids(tuple[Any, ...], Observed):
    """The ids of messages, in the order in which the service sent them."""

    def __new__(cls, ids: Sequence[Any], *, request: str) -> Self:
        made = super().__new__(cls, ids)
        made.request = request
        return made

    def expected_text(self, operator: str, other: object) -> str:
        if operator in ("in", "not in"):
            said = shown(_plain(other))
            return f"the message {said} among them" if operator == "in" else f"the message {said} not among them"
        if isinstance(other, tuple | list):
            return _ids(other, self)
        return super().expected_text(operator, other)

    def actual_text(self) -> str:
        return _ids(self)

    def actual_text_beside(self, other: object) -> str:
        return _ids(self, other) if isinstance(other, tuple | list) else self.actual_text()


class Count(int, Observed):
    """The number of messages that the service sent."""

    def __new__(cls, count: int, *, request: str) -> Self:
        made = super().__new__(cls, count)
        made.request = request
        return made

    def expected_text(self, operator: str, other: object) -> str:
        if operator == "==" and isinstance(other, int):
            return counted(other)
        return f"{super().expected_text(operator, other)} messages"

    def actual_text(self) -> str:
        return counted(int(self))


class _HasId(Protocol):
    @property
    def id(self) -> Any: ...


def ids(messages: Iterable[_HasId]) -> tuple[Any, ...]:
    """Return the ids of messages, in their order."""
    return tuple(message.id for message in messages)


def counted(messages: int) -> str:
    """Write a number of messages: `no message`, `1 message`, `2 messages`."""
    return f"{messages or 'no'} message{'s' if messages > 1 else ''}"


def same(one: Any, other: Any) -> bool:
    """Compare two JSON values by the rule that clause K7 has for ids: 7 differs from "7", and 1 differs from true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and str(one) == str(other)
    return bool(one == other)


def _plain(other: object) -> Any:
    return other.value if isinstance(other, Value) else other


def _ids(ids: Sequence[Any], beside: Sequence[Any] = ()) -> str:
    return f"the id{'s' if len(ids) > 1 else ''} {listed(ids, beside)}" if ids else "no message"
