"""The header `Server-Timing`: what a service says about where its time went (W3C, "Server Timing")."""

from __future__ import annotations

import re
from collections.abc import Mapping

METRIC = re.compile(r'\s*([!#$%&\'*+\-.^_`|~\w]+)((?:\s*;\s*[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;,\s]*))*)\s*(?:,|$)')
DURATION = re.compile(r';\s*dur\s*=\s*"?([0-9]+(?:\.[0-9]+)?)"?\s*(?:;|$)', re.IGNORECASE)


def durations(value: str) -> dict[str, float]:
    """Read the duration of each metric of a header, in milliseconds, by the metric's name in small letters.

    What has no duration is left out; of a name that comes twice, the first counts.
    """
    found: dict[str, float] = {}
    for name, parameters in METRIC.findall(value):
        duration = DURATION.search(parameters)
        if duration:
            found.setdefault(name.lower(), float(duration[1]))
    return found


def database_ms(headers: Mapping[str, str]) -> float | None:
    """Return the milliseconds that a service says it spent on the database; None where it doesn't say."""
    return durations(headers.get("server-timing", "")).get("db")
