"""Random values for checks and simulators: words, identifiers and telephone numbers, drawn from the run's seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WORDS = (
    "amber anchor apricot autumn badger barley basil beacon birch bramble breeze canyon cedar cinder clover cobalt "
    "copper coral cotton cricket crystal dapple delta dune ember fathom fennel fern fjord flint garnet ginger glacier "
    "granite harbor hazel heron hollow indigo island ivory jasper juniper kestrel lagoon lantern larch lavender linen "
    "maple marble meadow mint moss nectar nettle oak olive onyx orchid otter pebble pepper pine plover poppy quartz "
    "raven reed river robin rowan saffron sage sequoia silver sparrow spruce thistle timber topaz tulip umber velvet "
    "walnut willow winter wren yarrow zephyr"
).split()


_UNFORESEEN = random.SystemRandom()
_source: ContextVar[random.Random | None] = ContextVar("source", default=None)


@contextmanager
def drawing_for(*name: object) -> Iterator[None]:
    """Give this block a random source of its own: the same name gives the same values, whatever was drawn before.

    A name begins with the run's seed. Then comes a check, or what several checks share. The source belongs to this
    thread. A thread that begins in the block doesn't have it, so draw before you hand work to a pool.
    Outside of such a block, the values come from the system, and a project can't predict them.
    """
    token = _source.set(random.Random(" ".join(map(str, name))))
    try:
        yield
    finally:
        _source.reset(token)


def words(count: int = 2) -> str:
    """Draw words and a number, joined by hyphens: a text or a path that a project can't predict."""
    return "-".join([*_random().sample(WORDS, count), str(_random().randrange(1000, 10000))])


def hexadecimal(digits: int) -> str:
    """Draw a string of `digits` hexadecimal digits, in small letters."""
    return f"{_random().getrandbits(4 * digits):0{digits}x}"


def capitals(count: int) -> str:
    """Draw a string of `count` capital letters and digits, as in the ids that Slack gives to people and channels."""
    return "".join(_random().choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=count))


def telephone_number(ending: str = "") -> str:
    """Draw a telephone number that begins with +1555, as numbers in films do. It ends in the digits of `ending`."""
    drawn = "".join(_random().choices("23456789", k=7 - len(ending)))
    return f"+1555{drawn}{ending}"


def _random() -> random.Random:
    return _source.get() or _UNFORESEEN
