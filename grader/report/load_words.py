"""What the figures of a load mean, in words: for the terminal and for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NAMES = {"root": "GET /", "reads": "reads", "writes": "writes", "mixed": "mixed"}
"""The workloads, in the order of a report, as they are called."""
WHAT = {
    "root": "GET /",
    "reads": "GET /messages",
    "writes": "POST /messages",
    "mixed": "GET and POST /messages in turn",
}
WHY = {"latency": "answers came too late", "failures": "too many requests failed"}
NOISY = 1.3
"""When other programs take so many cores, the figures of a load say nothing about the service."""
SOMEWHAT_NOISY = 0.25


def by_workload(loads: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Group the members of `load` by their workload and then by their model, in the order of a report."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name in NAMES:
        for load in loads:
            if load["workload"] == name:
                found.setdefault(name, {})[load["model"]] = load
    return found


def interval(capacity: Mapping[str, Any] | None) -> str:
    """Write a capacity in a few characters, such as `200 to 238/s`."""
    if capacity is None:
        return "–"
    held, broke = capacity["held"], capacity["broke"]
    if broke is None:
        return f"at least {rate(held)}/s" if held else "unknown"
    return f"{rate(held)} to {rate(broke)}/s" if held else f"below {rate(broke)}/s"


def above(capacity: Mapping[str, Any] | None) -> str:
    """Say in a few words what happens above a capacity."""
    because = (capacity or {}).get("because") or ""
    return "the generator is the limit" if because == "generator" else WHY.get(because, "")


def meaning(search: Mapping[str, Any]) -> str:
    """Say in one or two sentences what a search found."""
    capacity = search["capacity"]
    held, broke = capacity["held"], capacity["broke"]
    kept = "95 of 100 " + " and ".join(
        f"{kind} came within {limit:g} ms" for kind, limit in search["limits_ms"].items()
    )
    said = []
    if held:
        said.append(f"Up to {rate(held)} requests per second, {kept}.")
    if capacity["because"] == "generator":
        said.append("The kit's generator can't offer more here, so the service can do at least this.")
    elif broke is not None and held:
        said.append(f"At {rate(broke)}, {_why_it_broke(search)}.")
    elif broke is not None:
        said.append(f"Even at {rate(broke)} requests per second, {_why_it_broke(search)}.")
    if not capacity["done"]:
        said.append("The search ended before it had come close to the limit.")
    return " ".join(said)


def objective(loads: Sequence[Mapping[str, Any]]) -> str:
    """Say the objective of searches in words; empty where there was no search."""
    searches = [load for load in loads if load["slo"] is not None]
    if not searches:
        return ""
    limits = {kind: limit for load in searches for kind, limit in load["limits_ms"].items()}
    within = " and ".join(f"{kind} within {limit:g} ms" for kind, limit in limits.items())
    share = searches[0]["slo"].rpartition("fail<=")[2].removesuffix("%")
    return f"95 of 100 {within}, and at most {share} % failures"


def neighbours(loads: Sequence[Mapping[str, Any]]) -> str:
    """Say how much other programs disturbed the measurements; empty where they didn't."""
    other = max((load["other"] or 0.0 for load in loads), default=0.0)
    if other < SOMEWHAT_NOISY:
        return ""
    weight = "say little" if other >= NOISY else "are noisy"
    return f"Other programs used up to {other:.1f} cores meanwhile, so these figures {weight}."


def failures(kinds: Mapping[str, int]) -> str:
    """List failures by their kind, such as `12 × status 503, 1 × cut off`; empty where there were none."""
    return ", ".join(f"{count:,} × {kind}" for kind, count in kinds.items())


def _why_it_broke(search: Mapping[str, Any]) -> str:
    """Say why the objective broke at the rate that ended a search, and what failed there."""
    capacity = search["capacity"]
    broken = [one for one in search["probes"] if one["because"] == "failures" and one["offered"] == capacity["broke"]]
    told = failures(broken[-1]["failures"]) if broken else ""
    return WHY[capacity["because"]] + (f" ({told})" if told else "")


def rate(value: float) -> str:
    """Write requests per second with as many digits as mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def milliseconds(value: float | None) -> str:
    """Write a latency, or a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"


def rows(load: Mapping[str, Any]) -> str:
    """Say how many rows a load has left, where they don't fit the answers; else empty."""
    if load["rows_written"] is None or load["outcome"] == "pass":
        return ""
    return f"{load['rows_written']} rows were written for {load['answered']} requests that were answered."
