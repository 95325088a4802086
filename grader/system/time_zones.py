"""Time zones: which ones this machine knows, and one that is far from UTC."""

from __future__ import annotations

from pathlib import Path

KOLKATA = "Asia/Kolkata"
"""The time zone UTC+05:30. The half hour also reveals a service that handles only whole hours."""
FOLDER = Path("/usr/share/zoneinfo")


def is_known(zone: str) -> bool:
    """Tell whether this machine has data about a time zone."""
    return (FOLDER / zone).exists()


def far_away() -> dict[str, str]:
    """Return the variables that put a server into another time zone; none without time-zone data on this machine."""
    return {"TZ": KOLKATA} if is_known(KOLKATA) else {}
