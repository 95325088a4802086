"""What is begun before a check asks for it, because it takes long: registered beside the fixture that gives it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from typing import NamedTuple, TypeVar

from grader.errors import Failed, ProjectError
from grader.harness.harness import Harness

Fixture = TypeVar("Fixture")
FRESH = "fresh"
GROWN = "on-old-data"
"""The two kinds of data that a check may start from: new data, and what an earlier stage of the project has left."""


class Asking(NamedTuple):
    """Which step asks a check, in which step's file the check stands, and which data it starts from."""

    step: str
    home: str
    starting_data: str


Begin = Callable[[Harness, Asking], None]

WITH_THE_RUN: dict[str, Begin] = {}
"""By the fixture's name: what is begun before the first check. A check that asks for one of these comes last."""
STEPS_AHEAD: dict[str, Begin] = {}
"""By the fixture's name: what is begun two steps before the first check that asks for it."""


def begun_with_the_run(begin: Begin) -> Callable[[Fixture], Fixture]:
    """Mark a fixture that waits longer than all other checks take, and say what begins the wait."""
    return lambda fixture: _register(WITH_THE_RUN, fixture, begin)


def begun_steps_ahead(begin: Begin) -> Callable[[Fixture], Fixture]:
    """Mark a fixture that takes some seconds, and say what begins to make what it gives."""
    return lambda fixture: _register(STEPS_AHEAD, fixture, begin)


def waits_long(fixtures: Collection[str]) -> bool:
    """Tell whether a check that asks for these fixtures waits long."""
    return not WITH_THE_RUN.keys().isdisjoint(fixtures)


def begin_with_the_run(harness: Harness, asking: Asking, fixtures: Collection[str]) -> None:
    """Begin what a check that waits long will ask for; where that fails, the check hears of it."""
    for name, begin in WITH_THE_RUN.items():
        if name in fixtures:
            with contextlib.suppress(Failed, ProjectError):
                begin(harness, asking)


def begin_ahead(harness: Harness, asking: Asking, fixtures: Collection[str]) -> None:
    """Begin what a check will ask for soon, on the data that it starts from."""
    for name, begin in STEPS_AHEAD.items():
        if name in fixtures:
            begin(harness, asking)


def in_background(harness: Harness, name: str, make: Callable[[], object]) -> None:
    """Make something in the background, unless other checks would see in their database what it does there."""
    with contextlib.suppress(ProjectError):
        if harness.project.has_new_databases:
            harness.shared.begin(name, make)


def _register(registry: dict[str, Begin], fixture: Fixture, begin: Begin) -> Fixture:
    registry[fixture.__name__] = begin  # type: ignore[attr-defined] # pytest gives a fixture its function's name
    return fixture
