"""The picture of a worksheet as SVG: how far each prediction was off, and the throughput beside its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from grader.scaling.questions import QUESTIONS
from grader.scaling.usl import NoFit, Point, bound, fit_usl
from grader.scaling.worksheet import Worksheet

WIDTH, ROW, TOP = 680, 24, 40
MIDDLE, OCTAVE, MOST = 420, 40, 5
"""Where a perfect prediction lies, how wide a factor of two is, and how many of them the axis shows on either side."""
FACTORS = 132
"""Where the factors begin, right of the longest name."""
CURVE_HEIGHT, LEFT, BOTTOM = 260, 70, 40
STYLE = (
    "text{font:13px sans-serif;fill:#222}.dim{fill:#666}.axis{stroke:#999}.off{fill:#c55a11}.dot{fill:#1f4e79}"
    ".bound{fill:none;stroke:#666;stroke-dasharray:6 3}.law{fill:none;stroke:#1f4e79;stroke-width:2}"
)


def picture(sheet: Worksheet, curve: Sequence[Point], latency: float, demand: float) -> str:
    """Draw a measured worksheet. `curve` has the reads per second by clients, `latency` and `demand` are in seconds."""
    rows = [(one, miss) for one in QUESTIONS if (miss := sheet.miss(one.name)) is not None]
    begin = TOP + ROW * len(rows) + 60
    height = begin + (CURVE_HEIGHT + BOTTOM if curve else 0)
    body = [_text(8, 20, "Measured over predicted"), *_axis(len(rows))]
    for number, (one, miss) in enumerate(rows):
        body += _bar(TOP + ROW * number, one.name, miss)
    body += _curve(begin, curve, latency, demand) if curve else []
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">'
        f"<style>{STYLE}</style>{''.join(body)}</svg>\n"
    )


def factor(miss: float) -> str:
    """Write log₂ of measured over predicted as a factor, such as `2.0 × more` or `3.1 × less`."""
    if abs(miss) < 0.07:
        return "as predicted"
    times = 2 ** abs(miss)
    return f"{f'{times:.2g}' if times < 10 else f'{times:,.0f}'} × {'more' if miss > 0 else 'less'}"


def _axis(rows: int) -> list[str]:
    """Draw lines at factors of 1, 4 and 16 to either side."""
    end = TOP + ROW * rows
    found = []
    for power in (-4, -2, 0, 2, 4):
        x = MIDDLE + OCTAVE * power
        name = f"{2**power}" if power >= 0 else f"1/{2**-power}"
        found += [f'<path class="axis" d="M{x} {TOP - 6}V{end}"/>', _text(x - 8, end + 18, name, "dim")]
    return found


def _bar(top: int, name: str, miss: float) -> list[str]:
    shown = max(-MOST, min(MOST, miss))
    x, width = (MIDDLE, OCTAVE * shown) if shown > 0 else (MIDDLE + OCTAVE * shown, -OCTAVE * shown)
    return [
        _text(8, top + 13, name),
        f'<rect class="off" x="{x:.1f}" y="{top + 2}" width="{max(width, 2):.1f}" height="{ROW - 10}"/>',
        _text(FACTORS, top + 13, factor(miss), "dim"),
    ]


def _curve(top: int, curve: Sequence[Point], latency: float, demand: float) -> list[str]:
    """Draw what was measured as dots, the bounds as a dashed line, and the fitted law as a line where there is one."""
    most = max(n for n, _ in curve)
    numbers = [most * step / 60 for step in range(2, 61)]
    lines = {"bound": [(n, bound(n, latency, demand)) for n in numbers] if latency > 0 and demand > 0 else []}
    try:
        law = fit_usl(curve)
        lines["law"] = [(n, law(n)) for n in numbers]
    except NoFit:
        pass
    highest = 1.1 * max(x for points in (curve, *lines.values()) for _, x in points)

    def place(n: float, x: float) -> str:
        return f"{LEFT + (WIDTH - LEFT - 30) * n / most:.1f} {top + CURVE_HEIGHT * (1 - x / highest):.1f}"

    body = [_text(8, top - 12, "Reads per second by number of clients; dashed: min(N/R, 1/D); line: the fitted law")]
    body.append(f'<path class="axis" fill="none" d="M{place(0, highest)}L{place(0, 0)}L{place(most, 0)}"/>')
    for kind, points in lines.items():
        if points:
            body.append(f'<path class="{kind}" d="M{"L".join(place(n, x) for n, x in points)}"/>')
    for n, x in curve:
        across, down = place(n, x).split()
        body.append(f'<circle class="dot" cx="{across}" cy="{down}" r="4"><title>{n:g}: {x:.0f}/s</title></circle>')
        body.append(_text(float(across) - 4, top + CURVE_HEIGHT + 18, f"{n:g}", "dim"))
    top_rate = max(x for _, x in curve)
    return [*body, _text(8, float(place(0, top_rate).split()[1]) + 4, f"{top_rate:.0f}/s", "dim")]


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}"{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}>{escape(words)}</text>'
