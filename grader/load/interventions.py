"""What can be changed about a service while everything else is held, and what follows when that has an effect."""

from __future__ import annotations

from dataclasses import dataclass

FEW, MANY = 1_000, 16_000
SHORT, LONG = 20, 100
LOCK_SECONDS = 0.4


@dataclass(frozen=True)
class Intervention:
    """What is changed, from `before` to `after`, what is measured, and what follows when it changes and when not."""

    name: str
    before: str
    after: str
    figure: str
    threshold: float
    if_above: str
    if_below: str


ROWS = Intervention(
    "rows",
    f"{FEW:,} messages",
    f"{MANY:,} messages",
    "ms for a page of reads (median)",
    1.4,
    "The database reads more rows than it shows: ask it for its plan.",
    "The number of stored messages costs the reads nothing.",
)
LIMIT = Intervention(
    "limit",
    f"limit={SHORT}",
    f"limit={LONG}",
    "ms for a page of reads (median)",
    2.7,
    "Each message of a page costs more than its bytes: perhaps a query of its own.",
    "A longer page costs about as much as its bytes.",
)
MEMORY = Intervention(
    "memory",
    "the database on the disk",
    "the database in memory",
    "writes per second, one writer",
    1.5,
    "Writes wait for the disk: the commit is the limit.",
    "Writes don't wait for the disk.",
)
PROCESSOR = Intervention(
    "processor",
    "all processors",
    "one processor",
    "reads per second, eight readers",
    1.25,
    "The service is faster on one processor: its threads get into each other's way.",
    "Another processor doesn't get into the way of the first. Look at the ratio: near 1, it doesn't help either.",
)
CLIENTS_8 = Intervention(
    "clients",
    "one client",
    "eight clients",
    "requests per second",
    1.5,
    "The service works on several requests at a time.",
    "Requests queue for one thing: look which of the other interventions moves this.",
)
LOCK = Intervention(
    "lock",
    "the database is free",
    f"another program locks the database for {LOCK_SECONDS:g} s",
    "ms for a write",
    4.0,
    "A write waits for the database.",
    "A write is answered without waiting for the database: is it stored by then?",
)
CACHE = Intervention(
    "cache",
    "CACHE=on",
    "CACHE=off",
    f"ms for a page of {LONG} (median)",
    1.4,
    "The cache pays.",
    "The cache doesn't pay, or there is none.",
)
ALL = {one.name: one for one in (LOCK, ROWS, LIMIT, MEMORY, PROCESSOR, CLIENTS_8, CACHE)}
