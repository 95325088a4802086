"""Pictures of load as SVG: throughput and latency against the offered rate, the objective, and the capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Any

WIDTH, HEIGHT = 680, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 96, 28, 48
Point = tuple[float, float]
DASHES = {"p50": "", "p95": "6 3", "p99": "2 3"}
"""Lines differ by dashes and by their labels, not by colour alone."""


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis from `low` to `high`, drawn from `start` to `end` in pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value; what lies outside is drawn on the edge."""
        inside = min(max(value, self.low), self.high)
        share = (log10(inside) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """Return 1, 2 and 5 times each power of ten that lie on the axis."""
        powers = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        return [
            step * 10.0**power for power in powers for step in (1, 2, 5) if self.low <= step * 10.0**power <= self.high
        ]


def throughput(probes: Sequence[dict[str, Any]], capacity: dict[str, Any] | None = None) -> str:
    """Draw the answered requests per second against those offered. On the diagonal, all that is offered is answered.

    `probes` are those of an open run in a report, `capacity` its interval.
    """
    points = [(probe["offered"], probe["achieved"]) for probe in probes if probe["offered"]]
    if not points:
        return ""
    across, up = _axes([x for x, _ in points], [y for _, y in points if y] + [x for x, _ in points])
    diagonal = (
        f'<path class="guide" d="M{across(across.low)} {up(across.low)}L{across(across.high)} {up(across.high)}"/>'
    )
    body = [
        _band(across, capacity),
        diagonal,
        *(f'<circle class="dot" cx="{across(x)}" cy="{up(max(y, up.low))}" r="4"/>' for x, y in points),
    ]
    title = "Answered against offered requests per second"
    return _figure(title, across, up, "answered requests/s", body)


def latency(
    probes: Sequence[dict[str, Any]], slo_ms: float | None = None, capacity: dict[str, Any] | None = None
) -> str:
    """Draw three percentiles of the latency against the offered rate, with the limit of the objective."""
    curves = {
        name: sorted(
            (probe["offered"], probe[f"{name}_ms"]) for probe in probes if probe["offered"] and probe[f"{name}_ms"]
        )
        for name in DASHES
    }
    values = [y for points in curves.values() for _, y in points]
    if not values:
        return ""
    across, up = _axes([x for points in curves.values() for x, _ in points], [*values, *([slo_ms] if slo_ms else [])])
    body = [_band(across, capacity)]
    if slo_ms:
        at = up(slo_ms)
        body.append(f'<path class="limit" d="M{LEFT} {at}H{WIDTH - RIGHT}"/>')
        body.append(_text(WIDTH - RIGHT + 6, at + 4, f"limit {slo_ms:g} ms", "limit-label"))
    for name, points in curves.items():
        body.extend(_curve(name, points, across, up))
    return _figure("Latency against offered requests per second", across, up, "latency in ms", body)


def _curve(name: str, points: Sequence[Point], across: Scale, up: Scale) -> list[str]:
    if not points:
        return []
    path = "L".join(f"{across(x)} {up(y)}" for x, y in points)
    dots = [f'<circle class="dot" cx="{across(x)}" cy="{up(y)}" r="2.5"/>' for x, y in points]
    x, y = points[-1]
    line = f'<path class="curve" stroke-dasharray="{DASHES[name]}" d="M{path}"/>'
    return [line, *dots, _text(across(x) + 8, up(y) + 4, name, "label")]


def _axes(xs: Sequence[float], ys: Sequence[float]) -> tuple[Scale, Scale]:
    def scale(values: Sequence[float], start: float, end: float) -> Scale:
        return Scale(min(values) / 1.3, max(values) * 1.3, start, end)

    return scale(xs, LEFT, WIDTH - RIGHT), scale(ys, HEIGHT - BOTTOM, TOP)


def _band(across: Scale, capacity: dict[str, Any] | None) -> str:
    """Shade the interval of the capacity, from the highest rate that held to the lowest that broke."""
    if not capacity or not capacity["held"]:
        return ""
    begin = across(capacity["held"])
    end = across(capacity["broke"]) if capacity.get("broke") else WIDTH - RIGHT
    middle = (begin + end) / 2
    return (
        f'<rect class="band" x="{begin}" y="{TOP}" width="{round(end - begin, 1)}" height="{HEIGHT - TOP - BOTTOM}"/>'
        + _text(middle, TOP - 8, "capacity", "band-label", anchor="middle")
    )


def _figure(title: str, across: Scale, up: Scale, y_name: str, body: Sequence[str]) -> str:
    baseline, middle = HEIGHT - BOTTOM, (LEFT + WIDTH - RIGHT) / 2
    grid = [f'<path class="grid" d="M{LEFT} {up(y)}H{WIDTH - RIGHT}"/>' for y in up.ticks()]
    across_ticks = [_text(across(x), baseline + 18, _short(x), "tick", anchor="middle") for x in _spaced(across)]
    up_ticks = [_text(LEFT - 8, up(y) + 4, _short(y), "tick", anchor="end") for y in _spaced(up)]
    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title>",
        *grid,
        f'<path class="axis" d="M{LEFT} {TOP}V{baseline}H{WIDTH - RIGHT}"/>',
        *across_ticks,
        *up_ticks,
        _text(middle, HEIGHT - 8, "offered requests/s", "name", anchor="middle"),
        _text(LEFT, TOP - 10, y_name, "name", anchor="start"),
        *body,
        "</svg>",
    ]
    return "".join(parts)


def _spaced(scale: Scale) -> list[float]:
    """Leave out ticks whose labels would touch."""
    kept: list[float] = []
    for tick in scale.ticks():
        if not kept or abs(scale(tick) - scale(kept[-1])) >= 30:
            kept.append(tick)
    return kept


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _text(x: float, y: float, text: str, kind: str, *, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}">{escape(text)}</text>'
