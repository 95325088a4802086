"""What is drawn at random for checks and simulators: words, identifiers and telephone numbers, from one seed."""

from __future__ import annotations

import random
import threading

WORDS = (
    "amber anchor apricot autumn badger barley basil beacon birch bramble breeze canyon cedar cinder clover cobalt "
    "copper coral cotton cricket crystal dapple delta dune ember fathom fennel fern fjord flint garnet ginger glacier "
    "granite harbor hazel heron hollow indigo island ivory jasper juniper kestrel lagoon lantern larch lavender linen "
    "maple marble meadow mint moss nectar nettle oak olive onyx orchid otter pebble pepper pine plover poppy quartz "
    "raven reed river robin rowan saffron sage sequoia silver sparrow spruce thistle timber topaz tulip umber velvet "
    "walnut willow winter wren yarrow zephyr"
).split()


class _Source(threading.local):
    """A source for each thread, so that what one draws doesn't depend on how far another one is."""

    number = random.SystemRandom().getrandbits(128)

    def __init__(self) -> None:
        self.random = random.Random(f"{self.number} {threading.current_thread().name}")


_source = _Source()


def seed(number: int) -> None:
    """Make everything that is drawn in this process repeatable, in threads that begin later, too."""
    _Source.number = number
    _source.random.seed(f"{number} {threading.current_thread().name}")


def words(count: int = 2) -> str:
    """Draw words and a number, joined by hyphens: a text, or a path, that nobody can have foreseen."""
    return "-".join([*_source.random.sample(WORDS, count), str(_source.random.randrange(1000, 10000))])


def hexadecimal(digits: int) -> str:
    """Draw so many hexadecimal digits, in small letters."""
    return f"{_source.random.getrandbits(4 * digits):0{digits}x}"


def capitals(count: int) -> str:
    """Draw so many capital letters and digits, as in the ids of people and channels."""
    return "".join(_source.random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=count))


def telephone_number(ending: str = "") -> str:
    """Draw a telephone number from the range that films use; it may have to end in certain digits."""
    drawn = "".join(_source.random.choices("23456789", k=7 - len(ending)))
    return f"+1555{drawn}{ending}"
