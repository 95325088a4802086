"""Begins slow fixtures before a check asks for them. A decorator at each such fixture registers what to begin."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from grader.errors import Failed, ProjectError
from grader.harness.harness import Harness

Fixture = TypeVar("Fixture")
FRESH = "fresh"
GROWN = "on-old-data"
"""The two kinds of data that a check may start from: new data, and the data that an earlier stage left."""


class Asking(NamedTuple):
    """The step that asks for a check, the step in whose file the check stands, and the data that it starts from."""

    step: str
    home: str
    starting_data: str


Begin = Callable[[Harness, Asking], Future[Any] | None]

WITH_THE_RUN: dict[str, Begin] = {}
"""What the kit begins before a stage's first check, by the fixture's name. A check with such a fixture comes last."""
STEPS_AHEAD: dict[str, Begin] = {}
"""What the kit begins two steps before the first check that asks for it, by the fixture's name."""


def begun_with_the_run(begin: Begin) -> Callable[[Fixture], Fixture]:
    """Mark a fixture that waits longer than all other checks take. `begin` starts the wait."""
    return lambda fixture: _register(WITH_THE_RUN, fixture, begin)


def begun_steps_ahead(begin: Begin) -> Callable[[Fixture], Fixture]:
    """Mark a fixture that takes some seconds. `begin` starts to make its value."""
    return lambda fixture: _register(STEPS_AHEAD, fixture, begin)


def waits_long(fixtures: Collection[str]) -> bool:
    """Tell whether a check with these fixtures waits long."""
    return not WITH_THE_RUN.keys().isdisjoint(fixtures)


def begin_with_the_run(harness: Harness, asking: Asking, fixtures: Collection[str]) -> list[Future[Any]]:
    """Begin the long waits among a check's fixtures. A failure is left for the check, which meets it again."""
    begun = []
    for name, begin in WITH_THE_RUN.items():
        if name in fixtures:
            with contextlib.suppress(Failed, ProjectError):
                begun.append(begin(harness, asking))
    return [future for future in begun if future is not None]


def begin_ahead(harness: Harness, asking: Asking, fixtures: Collection[str]) -> None:
    """Begin the slow ones among the fixtures that a check will soon ask for, on the data that it starts from."""
    for name, begin in STEPS_AHEAD.items():
        if name in fixtures:
            begin(harness, asking)


def in_background(harness: Harness, name: str, make: Callable[[], object]) -> Future[Any] | None:
    """Make a shared result in the background, unless it would use the same database as the checks that run now."""
    with contextlib.suppress(ProjectError):
        if harness.project.has_new_databases:
            return harness.shared.begin(name, make)
    return None


def _register(registry: dict[str, Begin], fixture: Fixture, begin: Begin) -> Fixture:
    registry[fixture.__name__] = begin  # type: ignore[attr-defined] # a fixture of pytest has its function's name
    return fixture
