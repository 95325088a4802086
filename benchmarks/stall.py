"""The benchmark of honesty: a server that stands still for a second now and then, seen by two models of load.

The closed loop has users who wait for their answers. While the server stands still they send nothing, so hardly any
request shows the stall. Open arrivals come at their times, whether or not the server answers: all that should have been
sent meanwhile count from that moment. The script prints the percentiles of both, divided by those of the same server
without stalls, and draws both into `stall.svg`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from html import escape
from pathlib import Path

from benchmarks.records import Records, run, table
from grader.load.generator import Generator
from grader.load.measurement import Load, Measured
from grader.load.reference import ReferenceServer
from grader.load.workloads import READ

PICTURE = Path(__file__).with_name("stall.svg")
TAKING, STALL, EVERY = 0.02, 1.0, 5.0
SECONDS, WARM_UP = 10.0, 1.0
RATE, USERS = 50.0, 1
SERVER = ("--seconds", str(TAKING))
STALLING = (*SERVER, "--stall", str(STALL), "--every", str(EVERY))
PERCENTILES = ("p50_ms", "p95_ms", "p99_ms")


def measure(records: Records, _: argparse.Namespace) -> None:
    """Load the server with and without stalls, in both models, and keep every request."""
    with Generator() as generator:
        for name, options in (("steady", SERVER), ("stalling", STALLING)):
            for model in ("closed", "open"):
                with ReferenceServer(*options) as server:
                    load = Load(generator, server.url, server.pid)
                    measured = _run(load, model)
                probe, opening = measured.probe, measured.window.opening
                records.add(
                    "stall",
                    server=name,
                    model=model,
                    percentiles=[getattr(probe, percentile) for percentile in PERCENTILES],
                    points=[
                        (round(one.start - opening, 4), round(one.seconds * 1000, 2))
                        for one in sorted(measured.record.samples)
                        if one.start >= opening
                    ],
                )


def _run(load: Load, model: str) -> Measured:
    if model == "closed":
        return load.run((READ,), users=USERS, warm_up=WARM_UP, seconds=SECONDS)
    return load.run((READ,), rate=RATE, warm_up=WARM_UP, seconds=SECONDS)


def report(records: Records, _: argparse.Namespace) -> None:
    """Print the percentiles as ratios, and draw the picture."""
    rows = []
    for model in ("closed", "open"):
        steady = records.of("stall", model=model, server="steady")[-1]
        stalling = records.of("stall", model=model, server="stalling")[-1]
        pairs = zip(stalling["percentiles"], steady["percentiles"], strict=True)
        rows.append([model, len(stalling["points"]), *(f"{a / b:.1f} ({a:,.0f} ms)" for a, b in pairs)])
    table(["model", "requests", "p50, with over without stalls", "p95", "p99"], rows)
    found = {model: records.of("stall", model=model, server="stalling")[-1] for model in ("closed", "open")}
    PICTURE.write_text(_picture(found["closed"], found["open"]), "utf-8")
    print(f"\nDrawn: {PICTURE.name}")


PANEL, GAP, LEFT, TOP, BOTTOM = 330, 60, 56, 64, 44
HEIGHT = 320
TALLEST = 1.1 * (STALL + TAKING) * 1000
STYLE = """
svg { background: #fff; font: 13px system-ui, sans-serif; }
text { fill: #222; } .quiet { fill: #595959; } .head { font-weight: 600; font-size: 15px; }
.grid { stroke: #ddd; } .axis { stroke: #595959; fill: none; } .dot { fill: #1f5fa8; fill-opacity: .55; }
.line { stroke: #b3261e; stroke-width: 1.5; stroke-dasharray: 6 3; } .mark { fill: #b3261e; }
.still { fill: #e8b84a; fill-opacity: .3; }
@media (prefers-color-scheme: dark) {
  svg { background: #16181c; } text { fill: #eee; } .quiet { fill: #b0b0b0; } .grid { stroke: #3a3d44; }
  .axis { stroke: #b0b0b0; } .dot { fill: #7fb2f0; } .line { stroke: #ff8a80; } .mark { fill: #ff8a80; }
}
"""


def _picture(closed: dict[str, object], opened: dict[str, object]) -> str:
    title = f"One server that stands still for {STALL:g} s in every {EVERY:g} s, seen by two models of load"
    panels = [
        _panel(LEFT, "Closed loop: one user, who waits for the answers", closed),
        _panel(LEFT + PANEL + GAP, f"Open arrivals: {RATE:g} requests per second", opened),
    ]
    width = LEFT + 2 * PANEL + GAP + 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title><style>{STYLE}</style>'
        f'<text class="head" x="{LEFT}" y="22">{escape(title)}</text>{"".join(panels)}</svg>\n'
    )


def _panel(left: float, name: str, found: dict[str, object]) -> str:
    points, percentiles = found["points"], found["percentiles"]
    assert isinstance(points, Sequence)
    assert isinstance(percentiles, Sequence)
    floor = HEIGHT - BOTTOM

    def across(second: float) -> float:
        return round(left + PANEL * second / SECONDS, 1)

    def up(ms: float) -> float:
        return round(floor - (floor - TOP) * min(ms, TALLEST) / TALLEST, 1)

    parts = [f'<text x="{left}" y="{TOP - 14}">{escape(name)}</text>']
    for ms in range(0, 1001, 250):
        parts.append(f'<path class="grid" d="M{left} {up(ms)}h{PANEL}"/>')
        parts.append(f'<text class="quiet" x="{left - 8}" y="{up(ms) + 4}" text-anchor="end">{ms:,}</text>')
    for second in range(0, round(SECONDS) + 1, 2):
        text = f"{second} s"
        parts.append(f'<text class="quiet" x="{across(second)}" y="{floor + 18}" text-anchor="middle">{text}</text>')
    parts.append(f'<path class="axis" d="M{left} {TOP}V{floor}h{PANEL}"/>')
    parts += [f'<circle class="dot" cx="{across(x)}" cy="{up(y)}" r="2.2"/>' for x, y in points]
    p99 = percentiles[-1]
    where = up(p99)
    parts.append(f'<path class="line" d="M{left} {where}h{PANEL}"/>')
    place = where - 7 if p99 < TALLEST / 2 else where + 17
    parts.append(f'<text class="mark" x="{left + 6}" y="{place}">p99 {p99:,.0f} ms</text>')
    parts.append(
        f'<text class="quiet" x="{left}" y="{HEIGHT - 6}">latency in ms of each of {len(points)} requests</text>'
    )
    return "".join(parts)


PARTS = {"measure": measure, "report": report}

if __name__ == "__main__":
    run(__doc__, PARTS)
