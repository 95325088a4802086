"""A load run on a terminal: throughput, latency, use of the processors, and the limit."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.results.results import Outcome
from grader.text.values import printable

NOISY = 1.3
"""When other programs take so many cores, the figures of a load run say nothing about the service."""


def show_load(load: dict[str, Any], out: Console) -> None:
    """Show a load run: throughput, latency, use of the processors, and what limited the throughput."""
    out.print()
    out.print(Text.assemble(("  Load on /", "bold"), (f"   {load['model']} loop; no points hang on speed", "dim")))
    rows = Table.grid(padding=(0, 2))
    rows.add_column(width=11, style="dim")
    rows.add_column()
    for probe in load["probes"]:
        least = "at least " if load["generator_bound"] else ""
        rows.add_row(
            "throughput",
            f"{least}{probe['achieved']:.0f} requests/s with {probe['users']} users, {probe['failed']} failed",
        )
        rows.add_row("latency", ", ".join(f"{name} {_ms(probe[name + '_ms'])}" for name in ("p50", "p95", "p99")))
        shares = (
            (name, probe[key])
            for name, key in (("service", "cpu_service"), ("generator", "cpu_generator"), ("others", "other"))
        )
        rows.add_row("processors", ", ".join(f"{name} {cores:.2f}" for name, cores in shares) + " cores")
    rows.add_row("limit", _limit(load))
    rows.add_row("rows", _rows(load))
    if load["note"]:
        rows.add_row("note", Text(printable(load["note"])))
    out.print(Padding(rows, (0, 0, 0, 4), expand=False))


def _limit(load: dict[str, Any]) -> str:
    """Name what limited the throughput; unclear when other programs took too much of the machine's time."""
    if load["generator_bound"]:
        return "the load generator"
    others = max((probe["other"] for probe in load["probes"]), default=0.0)
    return "the service" if others < NOISY else f"unclear: other programs took {others:.2f} cores meanwhile"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"


def _rows(load: dict[str, Any]) -> Text:
    text = f"{load['rows_written']} written for {load['answered']} requests answered"
    return Text(text) if load["outcome"] == Outcome.PASS else Text(f"{text}: they must be equal", style="red")
