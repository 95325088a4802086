"""What a page shows of a load: for each workload the sentences, the pictures and the rows of its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.report import load_words as words, plots, plots_over_time
from grader.results.results import Outcome

BROKE = {"latency": "broke: too late", "failures": "broke: failures"}


def workloads(loads: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is shown of each workload. `loads` are the members of `load` in a report."""
    return [_workload(name, models) for name, models in words.by_workload(loads).items()]


def explained(loads: Sequence[Mapping[str, Any]]) -> list[str]:
    """Explain in sentences what is measured."""
    if not loads:
        return []
    said = []
    if any(load["model"] == "closed" for load in loads):
        said.append("Users: each of them sends the next request as soon as the last is answered.")
    if objective := words.objective(loads):
        said.append(
            f"Capacity: the highest rate of requests with {objective}. Each request is sent at its own time, "
            "and its latency counts from that time on."
        )
    if highest := max((load["ceiling"] or 0.0 for load in loads), default=0.0):
        said.append(f"The kit's generator can do {words.rate(highest)} requests per second here.")
    return said


def _workload(name: str, models: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    closed, search = models.get("closed"), models.get("open")
    capacity = search["capacity"] if search else None
    probes = closed["probes"] if closed else []
    return {
        "name": words.NAMES[name],
        "title": _title(name),
        "throughput": _answered(closed, probes[0]) if closed and probes else "–",
        "p95": words.milliseconds(probes[0]["p95_ms"]) if probes else "–",
        "capacity": words.interval(capacity),
        "above": words.above(capacity),
        "wrong": [said for load in models.values() if load["outcome"] != Outcome.PASS for said in _notes(load)],
        "said": [
            *([words.meaning(search)] if search and capacity else []),
            *(said for load in models.values() if load["outcome"] == Outcome.PASS for said in _notes(load)),
        ],
        "pictures": [picture for load in models.values() for picture in _pictures(load)],
        "has_search": any(load["model"] == "open" and load["capacity"] for load in models.values()),
        "rows": [_row(load, probe) for load in models.values() for probe in load["probes"]],
    }


def _title(name: str) -> str:
    return words.WHAT[name] if name == "root" else f"{words.NAMES[name].capitalize()}: {words.WHAT[name]}"


def _notes(load: Mapping[str, Any]) -> list[str]:
    notes = [words.rows(load), load["note"] or ""]
    if load["model"] == "closed" and load["generator_bound"]:
        users = load["probes"][0]["users"]
        notes.append(f"With {users} users, the generator was the limit: the service can answer at least as many.")
    return [note for note in notes if note]


def _pictures(load: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Draw the pictures of a load, each with its caption."""
    from markupsafe import Markup

    kind, over = (plots, "") if load["capacity"] else (plots_over_time, " over time")
    drawn = (
        (f"How much is answered{over}", kind.throughput(load)),
        (f"How long answers take{over}", kind.latency(load)),
    )
    # Markup: what is drawn has escaped its texts already.
    return [(caption, Markup(picture)) for caption, picture in drawn if picture]  # noqa: S704


def _answered(load: Mapping[str, Any], probe: Mapping[str, Any]) -> str:
    return f"{'≥ ' if load['generator_bound'] else ''}{words.rate(probe['achieved'])}/s"


def _row(load: Mapping[str, Any], probe: Mapping[str, Any]) -> list[str]:
    offered = f"{probe['users']} users" if probe["offered"] is None else f"{words.rate(probe['offered'])}/s"
    held = "held" if load["capacity"] else ""
    if probe["generator_bound"]:
        held = "generator's limit"
    return [
        offered,
        words.rate(probe["achieved"] if probe["offered"] is None else probe["throughput"]),
        *(_milliseconds(probe[f"{name}_ms"]) for name in ("p50", "p95", "p99")),
        str(probe["failed"]),
        BROKE.get(probe["because"] or "", held),
        *(f"{probe[name]:.2f}" for name in ("cpu_service", "cpu_generator", "other")),
    ]


def _milliseconds(value: float | None) -> str:
    return words.milliseconds(value).removesuffix(" ms")
