"""Values that a server gave, compared as JSON and able to say where they came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Self

from grader.seen import Length, Seen
from grader.shown import shown


class Value(Seen):
    """A member of a message, or of another JSON object, that knows where it came from."""

    def __init__(self, value: Any, *, name: str, request: str) -> None:
        self.value = value
        self.name = name
        self.request = request

    def __eq__(self, other: object) -> bool:
        return same(self.value, other.value if isinstance(other, Value) else other)

    def __hash__(self) -> int:
        return hash(json.dumps(self.value))

    @property
    def length(self) -> Length:
        """How many characters it has, none where it isn't a string."""
        count = len(self.value) if isinstance(self.value, str) else 0
        return Length(count, request=self.request, what=f"characters in {self.name}")

    def wanted(self, operator: str, other: object) -> str:
        if operator == "in" and isinstance(other, tuple):
            return f"{self.name}: {' or '.join(map(shown, other))}"
        return f"{self.name}: {super().wanted(operator, other.value if isinstance(other, Value) else other)}"

    def came(self) -> str:
        return f"{self.name}: {shown(self.value)}"


class Ids(tuple[Any, ...], Seen):
    """The ids of some messages, in the order they came."""

    def __new__(cls, ids: Sequence[Any], *, request: str) -> Self:
        made = super().__new__(cls, ids)
        made.request = request
        return made

    def wanted(self, operator: str, other: object) -> str:
        if operator in ("in", "not in"):
            said = shown(other.value if isinstance(other, Value) else other)
            return f"the message {said} among them" if operator == "in" else f"the message {said} not among them"
        if isinstance(other, tuple | list):
            return f"the ids {_listed(other)}" if other else "no message"
        return super().wanted(operator, other)

    def came(self) -> str:
        return f"the ids {_listed(self)}" if self else "no message"


class Count(int, Seen):
    """How many messages came."""

    def __new__(cls, count: int, *, request: str) -> Self:
        made = super().__new__(cls, count)
        made.request = request
        return made

    def wanted(self, operator: str, other: object) -> str:
        return f"{super().wanted(operator, other)} messages"

    def came(self) -> str:
        return f"{int(self)} messages"


def same(one: Any, other: Any) -> bool:
    """Compare two JSON values as clause K7 compares ids: 7 and "7" are different, and so are 1 and true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and str(one) == str(other)
    return bool(one == other)


def _listed(ids: Sequence[Any]) -> str:
    few = ", ".join(str(one) for one in ids[:8])
    return f"{few}, … ({len(ids)} in all)" if len(ids) > 8 else few
