"""The report as one HTML page that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

import secrets
from importlib import resources
from typing import Any

from grader.report import plots
from grader.report.terminal import MARKS


def page(report: dict[str, Any]) -> str:
    """Write a report, as `report.json` has it, as a page.

    Whatever comes from the project is escaped. The page's own policy forbids scripts and requests.
    """
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["figure"] = _figure
    template = environment.from_string(resources.files("grader.report").joinpath("page.html").read_text("utf-8"))
    return template.render(
        report=report,
        loads=[_drawn(load) for load in report["load"]],
        marks={outcome.value: mark for outcome, (mark, _) in MARKS.items()},
        nonce=secrets.token_urlsafe(12),
    )


def _drawn(load: dict[str, Any]) -> dict[str, Any]:
    """Return a load with its pictures."""
    capacity = load.get("capacity")
    return load | {
        "throughput": plots.throughput(load["probes"], capacity),
        "latency": plots.latency(load["probes"], load.get("slo_ms"), capacity),
        "interval": load.get("interval"),
    }


def _figure(value: float | None) -> str:
    """Write a figure with three digits, or a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
