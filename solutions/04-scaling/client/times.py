"""Times as people here read and write them."""

import re
from datetime import UTC, datetime

from .api import printable


def instant(text):
    """Return the time that somebody typed as RFC 3339: `HH:MM` is today, on the clock on their wall."""
    if not re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", text):
        # Everything else is for the server to read or to refuse.
        return text
    hour, minute = map(int, text.split(":"))
    # Without its offset, which may have been another one this morning: astimezone finds the right one.
    now = datetime.now().astimezone().replace(tzinfo=None)
    moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(created_at):
    """Return a server's time on the local clock, with the date unless that is today's."""
    if created_at is None:
        return "-"
    try:
        moment = local(created_at)
    except (ValueError, OverflowError, OSError, TypeError):
        return printable(created_at)
    today = moment.date() == datetime.now().astimezone().date()
    return moment.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")


def local(created_at):
    """Return an RFC 3339 time, or a number of seconds since 1970, on the local clock."""
    if isinstance(created_at, str):
        return datetime.fromisoformat(created_at.upper()).astimezone()
    return datetime.fromtimestamp(created_at).astimezone()
