"""Pictures of a search for the capacity: throughput and latency against the offered rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.report import load_words as words
from grader.report.drawing import BASE, LEFT, RIGHT, TOP, WIDTH, Frame, mark, path, text
from grader.report.scales import Scale, logarithmic

HEIGHT = 250.0
OFFERED = "offered requests per second"
DASHES = ("", "7 3", "2 3")
ABOVE = 1.5
"""By which factor the axis of the latency reaches above each limit, so that the words on it don't lie on others."""
"""Curves differ by dashes and by their labels, not by colour alone."""
Point = tuple[float, float]


def throughput(load: Mapping[str, Any]) -> str:
    """Draw the requests that were answered per second against those offered; empty without open probes.

    `load` is a member of `load` in a report. On the diagonal, all that is offered is answered.
    """
    probes = _open(load)
    if not probes:
        return ""
    across = _across(load, probes)
    seen = [probe["throughput"] for probe in probes if probe["throughput"] > 0]
    lowest = max(min([*seen, across.low]), across.high / 1000)
    up = logarithmic([lowest, max([*seen, across.high])], HEIGHT - BASE, TOP)
    frame = Frame(across, up, HEIGHT, OFFERED, "answered per second", _said("Throughput", load))
    curve = _merged([(one["offered"], one["throughput"]) for one in probes])
    begin, end = max(across.low, up.low), min(across.high, up.high)
    body = [
        *_regions(frame, load, probes),
        path("guide", f"M{across(begin)} {up(begin)}L{across(end)} {up(end)}"),
        path("curve main", "M" + "L".join(f"{across(x)} {up(y)}" for x, y in curve)),
        *(
            mark(across(one["offered"]), up(one["throughput"]), good=_held(one), counts=_counts(one, probes))
            for one in probes
        ),
    ]
    return frame.picture(body)


def latency(load: Mapping[str, Any]) -> str:
    """Draw percentiles of the latency against the offered rate, with the limits of the objective.

    Of mixed requests, each kind has a 95th percentile and a limit of its own.
    """
    probes = _open(load)
    curves = {name: points for name, points in _curves(load, probes).items() if points}
    if not curves:
        return ""
    limits: Mapping[str, float] = load["limits_ms"] or {}
    across = _across(load, probes)
    values = [y for points in curves.values() for _, y in points]
    values += [y for one in probes for y in _p95(one, limits)]
    up = logarithmic([*values, *(ABOVE * limit for limit in limits.values())], HEIGHT - BASE, TOP)
    frame = Frame(across, up, HEIGHT, OFFERED, "latency in ms", _said("Latency", load))
    body = [*_regions(frame, load, probes), *_limits(up, limits)]
    for (name, points), dashes in zip(curves.items(), (*DASHES, ""), strict=False):
        kind = "curve main" if name.startswith("p95") else "curve"
        line = "L".join(f"{across(x)} {up(y)}" for x, y in points)
        body.append(path(kind, f"M{line}", f' stroke-dasharray="{dashes}"' if dashes else ""))
    body += [
        mark(across(one["offered"]), up(y), good=_held(one), counts=_counts(one, probes))
        for one in probes
        for y in _p95(one, limits)
    ]
    ends = [
        (points[-1][1], name.removeprefix("p95 ") if len(limits) > 1 else name, "label")
        for name, points in curves.items()
    ]
    last = max(x for points in curves.values() for x, _ in points)
    return frame.picture([*body, *frame.beside(ends, across(last))])


def _open(load: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [probe for probe in load["probes"] if probe["offered"]]


def _held(probe: Mapping[str, Any]) -> bool:
    return probe["because"] is None


def _p95(probe: Mapping[str, Any], limits: Mapping[str, float]) -> list[float]:
    """Return the 95th percentiles that the objective limits: one, or one of each kind of request."""
    values = probe["p95_ms_by_kind"].values() if len(limits) > 1 else [probe["p95_ms"]]
    return [value for value in values if value]


def _counts(probe: Mapping[str, Any], probes: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a probe is the last at its rate: a rate that broke the objective is tried once more."""
    return probe is [one for one in probes if one["offered"] == probe["offered"]][-1]


def _across(load: Mapping[str, Any], probes: Sequence[Mapping[str, Any]]) -> Scale:
    capacity = load["capacity"] or {}
    edges = [capacity.get("held"), capacity.get("broke")]
    return logarithmic(
        [*(probe["offered"] for probe in probes), *(edge for edge in edges if edge)], LEFT, WIDTH - RIGHT
    )


def _curves(load: Mapping[str, Any], probes: Sequence[Mapping[str, Any]]) -> dict[str, list[Point]]:
    """Return the points of each curve, by its name. Of several probes at one rate, the last counts."""
    kinds = list(load["limits_ms"] or {})
    if len(kinds) > 1:
        named = {f"p95 {kind}": [(one["offered"], one["p95_ms_by_kind"].get(kind)) for one in probes] for kind in kinds}
        named["p50"] = [(one["offered"], one["p50_ms"]) for one in probes]
    else:
        named = {name: [(one["offered"], one[f"{name}_ms"]) for one in probes] for name in ("p50", "p95", "p99")}
    return {name: _merged([(x, y) for x, y in points if y]) for name, points in named.items()}


def _merged(points: Sequence[Point]) -> list[Point]:
    return sorted(dict(points).items())


def _regions(frame: Frame, load: Mapping[str, Any], probes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Shade where the generator was the limit, and the interval of the capacity."""
    drawn: list[str] = []
    own = [probe["offered"] for probe in probes if not probe["generator_bound"]]
    bound = [probe["offered"] for probe in probes if probe["offered"] > max(own, default=0.0)]
    if bound:
        drawn += frame.region("bound", min(bound), None, "generator's limit", at_floor=True)
    capacity = load["capacity"]
    if capacity and (capacity["held"] or capacity["broke"]):
        said = f"capacity {words.interval(capacity)}"
        drawn += frame.region("band", capacity["held"] or None, capacity["broke"], said)
    return drawn


def _limits(up: Scale, limits: Mapping[str, float]) -> list[str]:
    drawn = []
    for kind, limit in limits.items():
        drawn.append(path("limit", f"M{LEFT} {up(limit)}H{WIDTH - RIGHT}"))
        whose = f"{kind}: " if len(limits) > 1 else "objective: "
        drawn.append(text(LEFT + 4, up(limit) - 4, f"{whose}95 % within {limit:g} ms", "limit-label"))
    return drawn


def _said(what: str, load: Mapping[str, Any]) -> str:
    found = words.interval(load["capacity"])
    return f"{what} of {words.WHAT[load['workload']]} against the offered rate. Capacity: {found}."
