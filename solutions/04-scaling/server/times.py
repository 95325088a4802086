"""Instants: whole microseconds since 1970, UTC, in here and in the database; RFC 3339 outside.

As numbers, instants compare right. As text they don't: `05Z` is greater than `05.4Z`, and the same
instant can be written with any offset.
"""

import re
import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

RFC_3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]{1,9}))?"
    r"([Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def now():
    return time.time_ns() // 1000


def write(instant):
    """Return an instant as text, such as `2026-01-02T03:04:05.678901Z`."""
    moment = EPOCH + instant * MICROSECOND
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def read(text):
    """Return the first whole microsecond that isn't before the time in `text`.

    Raises ValueError for what isn't RFC 3339, a time without an offset included: it isn't an instant.
    """
    match = RFC_3339.fullmatch(text)
    if not match:
        raise ValueError(f'"{text}" is not an RFC 3339 time.')
    seconds, fraction, offset = match.groups()
    # This one refuses what doesn't exist, such as the 30th of February.
    moment = datetime.fromisoformat(seconds.upper() + offset.upper())
    nanoseconds = int((fraction or "").ljust(9, "0"))
    return (moment - EPOCH) // MICROSECOND + -(-nanoseconds // 1000)
