"""What is drawn at random for checks and simulators: words, identifiers and telephone numbers, from one seed."""

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
    """Draw from a source of its own in this block: the same name draws the same values, whatever was drawn before.

    A name begins with the run's seed and goes on with a check, or with what several checks share. The source is that
    of this thread: a thread that begins in the block doesn't have it, so draw before you hand work to a pool.
    Without such a block nobody can foresee what is drawn.
    """
    token = _source.set(random.Random(" ".join(map(str, name))))
    try:
        yield
    finally:
        _source.reset(token)


def words(count: int = 2) -> str:
    """Draw words and a number, joined by hyphens: a text, or a path, that nobody can have foreseen."""
    return "-".join([*_random().sample(WORDS, count), str(_random().randrange(1000, 10000))])


def hexadecimal(digits: int) -> str:
    """Draw so many hexadecimal digits, in small letters."""
    return f"{_random().getrandbits(4 * digits):0{digits}x}"


def capitals(count: int) -> str:
    """Draw so many capital letters and digits, as in the ids of people and channels."""
    return "".join(_random().choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=count))


def telephone_number(ending: str = "") -> str:
    """Draw a telephone number from the range that films use; it may have to end in certain digits."""
    drawn = "".join(_random().choices("23456789", k=7 - len(ending)))
    return f"+1555{drawn}{ending}"


def _random() -> random.Random:
    return _source.get() or _UNFORESEEN
