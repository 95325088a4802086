"""What the words of checks give: classes, with those of their members that checks ask for."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import textwrap
import typing
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Any

from grader.assertions.observed import Observed


def hint(function: Any, name: str = "return") -> Any:
    """Give a type hint, evaluated where that can be done."""
    try:
        return typing.get_type_hints(function).get(name)
    except NameError:
        return function.__annotations__.get(name)


def classes(kinds: Iterable[Any], asked: frozenset[str]) -> list[type]:
    """List the kit's classes in these types, and in the types of their members that are asked for."""
    found: dict[type, None] = {}
    waiting = [one for kind in kinds for one in _within(kind)]
    while waiting:
        one = waiting.pop(0)
        if one not in found:
            found[one] = None
            waiting += [*_bases(one)]
            waiting += [kind for member in members(one, asked) for kind in _within(member.gives)]
    return list(found)


def _within(kind: Any) -> Iterator[type]:
    """List the classes of the kit that a type hint names."""
    if isinstance(kind, type) and kind.__module__.startswith("grader."):
        yield kind
    for part in typing.get_args(kind):
        yield from _within(part)


def _bases(kind: type) -> list[type]:
    return [base for base in kind.__bases__ if base.__module__.startswith("grader.") and base is not Observed]


def heading(kind: type) -> str:
    """Name a class, and the classes whose members it has as well."""
    bases = [f"`{base.__name__}`" for base in _bases(kind)]
    return f"`{kind.__name__}`" + (f", which has all that {' and '.join(bases)} has" if bases else "")


def sentence(thing: Any) -> str:
    """Give the first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())


@dataclasses.dataclass(frozen=True)
class Member:
    """An attribute, a property or a method of a class."""

    name: str
    value: Any
    gives: Any
    behind: str = ""
    """What stands behind a field."""

    @property
    def is_method(self) -> bool:
        return callable(self._function) and not isinstance(self.value, property | cached_property)

    @property
    def _function(self) -> Any:
        return self.value.__func__ if isinstance(self.value, staticmethod | classmethod) else self.value

    @property
    def call(self) -> str:
        """Write it as a check does, with the names of what it takes."""
        if not self.is_method:
            return self.name
        taken = [
            one for one in inspect.signature(self._function).parameters.values() if one.name not in ("self", "cls")
        ]
        return f"{self.name}({', '.join(str(one.replace(annotation=one.empty)) for one in taken)})"

    @property
    def sentence(self) -> str:
        return sentence(self._function) if self.value is not None else self.behind


def members(kind: type, asked: frozenset[str]) -> list[Member]:
    """List the members that a class has of its own and that are asked for."""
    found = []
    for name in [*inspect.get_annotations(kind), *vars(kind)]:
        if name in asked and not name.startswith("_") and name not in {one.name for one in found}:
            found.append(_member(kind, name))
    return found


def _member(kind: type, name: str) -> Member:
    value = vars(kind).get(name)
    match value:
        case property():
            return Member(name, value, hint(value.fget))
        case cached_property():
            return Member(name, value, hint(value.func))
        case staticmethod() | classmethod():
            return Member(name, value, hint(value.__func__))
        case _ if inspect.isfunction(value):
            return Member(name, value, hint(value))
    return Member(name, None, hint(kind, name), _fields(kind).get(name, ""))


@cache
def _fields(kind: type) -> dict[str, str]:
    """Give the sentences that stand behind the fields of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0].body
    return {
        field.target.id: " ".join(behind.value.value.split())
        for field, behind in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant)
    }
