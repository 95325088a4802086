"""Time zones: what this machine knows of them, and one that is far from UTC."""

from __future__ import annotations

from pathlib import Path

KOLKATA = "Asia/Kolkata"
"""Five and a half hours before UTC: a zone in which a mistake of whole hours shows, too."""
FOLDER = Path("/usr/share/zoneinfo")


def is_known(zone: str) -> bool:
    """Tell whether this machine has data about a time zone."""
    return (FOLDER / zone).exists()


def far_away() -> dict[str, str]:
    """Give the environment of a server in another time zone, or nothing where this machine has no time-zone data."""
    return {"TZ": KOLKATA} if is_known(KOLKATA) else {}
