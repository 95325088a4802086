"""Pictures of one run from second to second: throughput and latency over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.report import load_words as words
from grader.report.drawing import BASE, LEFT, RIGHT, TOP, WIDTH, Frame, path, text
from grader.report.scales import Scale, from_zero, logarithmic

HEIGHT = 190.0
SECONDS = "seconds"
FEWEST = 6
"""A run with fewer parts has nothing to show over time."""


def throughput(load: Mapping[str, Any]) -> str:
    """Draw the answers per second of each part of a run, and what failed; empty for a run of a moment."""
    parts = load["timeline"]
    if len(parts) < FEWEST:
        return ""
    length = parts[1]["second"] - parts[0]["second"]
    failed = [part["failed"] / length for part in parts]
    tops = [part["achieved"] + more for part, more in zip(parts, failed, strict=True)]
    offered = load["probes"][0]["offered"]
    across, up = _across(parts, length), from_zero([*tops, offered or 0.0], HEIGHT - BASE, TOP)
    frame = Frame(across, up, HEIGHT, SECONDS, "answered per second", _said("Answers per second", load))
    body = []
    for part, more in zip(parts, failed, strict=True):
        left, right = across(part["second"]), across(part["second"] + length)
        body.append(_bar("bar", left, right, up(0.0), up(part["achieved"])))
        if more:
            body.append(_bar("bar-failed", left, right, up(part["achieved"]), up(part["achieved"] + more)))
    if offered:
        body.append(path("guide", f"M{LEFT} {up(offered)}H{WIDTH - RIGHT}"))
        body.append(text(WIDTH - RIGHT, 12, "dotted: offered", "tick", anchor="end"))
    if any(failed):
        body.append(text(WIDTH - RIGHT, TOP - 12, "red: failed", "limit-label", anchor="end"))
    return frame.picture(body)


def latency(load: Mapping[str, Any]) -> str:
    """Draw two percentiles of the latency of what began in each part of a run; empty without answers."""
    parts = load["timeline"]
    curves = {
        name: [(part["second"], part[f"{name}_ms"]) for part in parts if part[f"{name}_ms"]] for name in ("p50", "p95")
    }
    values = [y for points in curves.values() for _, y in points]
    if len(parts) < FEWEST or not values:
        return ""
    length = parts[1]["second"] - parts[0]["second"]
    across, up = _across(parts, length), logarithmic(values, HEIGHT - BASE, TOP)
    frame = Frame(across, up, HEIGHT, SECONDS, "latency in ms", _said("Latency", load))
    body = []
    for (name, points), dashes in zip(curves.items(), ("", "7 3"), strict=True):
        kind = "curve main" if name == "p95" else "curve"
        line = "L".join(f"{across(x + length / 2)} {up(y)}" for x, y in points)
        body.append(path(kind, f"M{line}", f' stroke-dasharray="{dashes}"' if dashes else ""))
    return frame.picture([*body, *frame.beside([(points[-1][1], name, "label") for name, points in curves.items()])])


def _across(parts: Sequence[Mapping[str, Any]], length: float) -> Scale:
    return Scale(0.0, parts[-1]["second"] + length, LEFT, WIDTH - RIGHT, linear=True)


def _bar(kind: str, left: float, right: float, begin: float, end: float) -> str:
    return f'<rect class="{kind}" x="{left:g}" y="{end:g}" width="{right - left:.1f}" height="{begin - end:.1f}"/>'


def _said(what: str, load: Mapping[str, Any]) -> str:
    return f"{what} of {words.WHAT[load['workload']]} over time."
