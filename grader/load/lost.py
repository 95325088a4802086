"""When a run with open arrivals can't keep its objective any more, whatever is still to come: the rest isn't sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

SHARE = 0.2
"""The share of all planned requests that must have been too slow. A twentieth breaks the objective already, but only
those that follow tell by how much. With each of them, a service that is overloaded has more to finish afterwards."""


class Slow:
    """Counts the requests of the measured part that were slower than the limit of their kind, if there is one.

    `job` is the order as the sender gets it: `limits` has a limit in seconds for the name of each kind of request.
    """

    def __init__(self, job: dict[str, Any], opening: float) -> None:
        self.limits: dict[str, float] = job.get("limits") or {}
        self.since: float = opening + job["warm_up"]
        self.many: float = SHARE * job.get("rate", 0.0) * (job["seconds"] - job["warm_up"])
        self.count = 0

    def note(self, name: str, intended: float, seconds: float) -> None:
        """Count a request that was answered after so many seconds, if it was slow."""
        if name in self.limits and seconds > self.limits[name] and intended >= self.since:
            self.count += 1

    def are_too_many(self, under_way: Iterable[float], now: float) -> bool:
        """Tell whether too many are slow, with those that wait for their answer for longer than any limit."""
        if not self.limits or not self.many:
            return False
        longest = max(self.limits.values())
        return self.count + sum(self.since <= intended < now - longest for intended in under_way) > self.many
