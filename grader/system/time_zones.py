"""Time zones: which ones this machine knows, and two that are far from UTC.

In one of the two, summer time is in force now. The other has summer time too, but not now. Which zones these are
depends on the season. Their half and quarter hours also reveal a service that handles only whole hours.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ODD = ("America/St_Johns", "Pacific/Chatham", "Australia/Adelaide")
"""Time zones with summer time and odd offsets: one of the north, and two of the south."""
WITHOUT_SUMMER = "Asia/Kolkata"
"""The time zone UTC+05:30, for a machine or a season without a better one."""
FOLDER = Path("/usr/share/zoneinfo")


def is_known(zone: str) -> bool:
    """Tell whether this machine has data about a time zone."""
    parts = Path(zone).parts
    return zone != "" and ".." not in parts and not zone.startswith("/") and (FOLDER / zone).is_file()


def in_summer(now: datetime | None = None) -> dict[str, str]:
    """Return the variables that put a server into a time zone where summer time is in force; none without zone data."""
    return _first([*(zone for zone in ODD if _has_summer(zone, now)), WITHOUT_SUMMER])


def in_winter(now: datetime | None = None) -> dict[str, str]:
    """Return the variables that put a server into a time zone where summer time is not in force; none without data."""
    return _first([*(zone for zone in ODD if not _has_summer(zone, now)), WITHOUT_SUMMER])


def _first(zones: list[str]) -> dict[str, str]:
    return next(({"TZ": zone} for zone in zones if is_known(zone)), {})


def _has_summer(zone: str, now: datetime | None) -> bool:
    if not is_known(zone):
        return False
    moment = (now or datetime.now(UTC)).astimezone(ZoneInfo(zone))
    return moment.dst() != timedelta(0)
