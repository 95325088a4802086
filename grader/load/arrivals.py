"""When the requests of an open run are sent."""

from __future__ import annotations

import random
from typing import Any


def draw_times(job: dict[str, Any], opening: float, draw: random.Random) -> list[float]:
    """Draw when the requests of an open run are sent, in the warm-up and then in the measured part.

    Each part has as many as the rate asks for, each at a time as likely as any other. That is what a Poisson process
    looks like whose number is known, and so the rate offered is exact.
    """
    parts = [(opening, job["warm_up"]), (opening + job["warm_up"], job["seconds"] - job["warm_up"])]
    return sorted(begin + draw.random() * length for begin, length in parts for _ in range(round(job["rate"] * length)))
