"""The load of a project on a terminal: a row for each workload, and what the figures mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.report import load_words as words
from grader.results.results import Outcome
from grader.text.values import printable


def show_loads(loads: Sequence[Mapping[str, Any]], out: Console) -> None:
    """Show what was measured under load: the table, what its columns mean, and what went wrong."""
    if not loads:
        return
    out.print()
    out.print(Text.assemble(("  Load", "bold"), ("   no points hang on speed", "dim")))
    out.print()
    out.print(Padding(_table(words.by_workload(loads)), (0, 0, 0, 3), expand=False))
    out.print()
    for sentence, style in _sentences(loads):
        out.print(Padding(Text(printable(sentence), style=style), (0, 0, 0, 4), expand=False))


def _table(workloads: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for heading, justify in (("", "left"), ("8 users", "right"), ("p50", "right"), ("p95", "right")):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    is_searched = any("open" in models for models in workloads.values())
    if is_searched:
        table.add_column("capacity", justify="right", no_wrap=True)
        table.add_column("above it")
    for name, models in workloads.items():
        search = models.get("open", {}).get("capacity")
        found: list[str | Text] = (
            [words.interval(search), Text(words.above(search), style="dim")] if is_searched else []
        )
        table.add_row(words.NAMES[name], *_figures(models.get("closed")), *found)
    return table


def _figures(load: Mapping[str, Any] | None) -> list[str]:
    """Write the throughput and the latencies of a closed run."""
    if load is None or not load["probes"]:
        return ["–"] * 3
    (probe,) = load["probes"]
    least = "≥ " if load["generator_bound"] else ""
    return [
        f"{least}{words.rate(probe['achieved'])}/s",
        *(words.milliseconds(probe[f"{name}_ms"]) for name in ("p50", "p95")),
    ]


def _sentences(loads: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    said = [("8 users: each of them sends the next request as soon as the last is answered.", "dim")]
    if objective := words.objective(loads):
        said.append((f"Capacity: the highest rate of requests with {objective}.", "dim"))
    if highest := max((load["ceiling"] or 0.0 for load in loads), default=0.0):
        said.append((f"The kit's generator can do {words.rate(highest)} requests per second here.", "dim"))
    if any(load["generator_bound"] for load in loads if load["model"] == "closed"):
        said.append(("≥: the generator was the limit, so the service can do at least this.", "dim"))
    if disturbed := words.neighbours(loads):
        said.append((disturbed, "yellow"))
    return [*said, *(one for load in loads for one in _notes(load))]


def _notes(load: Mapping[str, Any]) -> list[tuple[str, str]]:
    style = "yellow" if load["outcome"] == Outcome.PASS else "red"
    name = words.NAMES[load["workload"]]
    return [(f"{name}: {sentence}", style) for sentence in (words.rows(load), load["note"]) if sentence]
