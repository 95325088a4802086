"""What the files of checks import: the marker that ties a function to a step and a clause, and random data."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

WORDS = (
    "amber anchor apricot autumn badger barley basil beacon birch bramble breeze canyon cedar cinder clover cobalt "
    "copper coral cotton cricket crystal dapple delta dune ember fathom fennel fern fjord flint garnet ginger glacier "
    "granite harbor hazel heron hollow indigo island ivory jasper juniper kestrel lagoon lantern larch lavender linen "
    "maple marble meadow mint moss nectar nettle oak olive onyx orchid otter pebble pepper pine plover poppy quartz "
    "raven reed river robin rowan saffron sage sequoia silver sparrow spruce thistle timber topaz tulip umber velvet "
    "walnut willow winter wren yarrow zephyr"
).split()

_random = random.Random()


def check(step: str, *, clause: str) -> Callable[[Callable[..., None]], Any]:
    """Mark a function as a check of `step` that cites `clause`; its docstring is what the learner reads."""
    return pytest.mark.check(step, clause=clause)


def seed(number: int) -> None:
    """Make everything that is drawn in this process repeatable."""
    _random.seed(number)


def words(count: int = 2) -> str:
    """Draw words and a number, joined by hyphens: a text, or a path, that nobody can have foreseen."""
    return "-".join([*_random.sample(WORDS, count), str(_random.randrange(1000, 10000))])
