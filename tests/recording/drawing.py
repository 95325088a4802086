"""The recording as one SVG: a terminal that scrolls by CSS alone, and stands still where nothing may move."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from tests.recording.session import Scene
from tests.recording.terminal import COLUMNS, ROWS, Line, Run

CHARACTER, ROW, MARGIN = 8.4, 19, 18
"""The width of a character, the height of a row, and the margin around all, in pixels."""
WIDTH, HEIGHT = COLUMNS * CHARACTER + 2 * MARGIN, ROWS * ROW + 2 * MARGIN
FOR_A_KEY, FOR_A_LINE, LONGEST_LOOK, AT_THE_END = 0.055, 0.3, 7.0, 5.0
"""Seconds: to type a character, to read a line, to look at one scene at most, and before all begins anew."""
FONTS = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace"
LIGHT = {
    "paper": "#ffffff", "frame": "#d0d7de", "ink": "#1f2328", "dim": "#59636e", "red": "#cf222e", "green": "#1a7f37",
    "brown": "#7d4e00", "blue": "#0969da", "magenta": "#8250df", "cyan": "#1b7c83",
}  # fmt: skip
DARK = {
    "paper": "#0d1117", "frame": "#3d444d", "ink": "#e6edf3", "dim": "#9198a1", "red": "#ff7b72", "green": "#3fb950",
    "brown": "#d29922", "blue": "#79c0ff", "magenta": "#d2a8ff", "cyan": "#39c5cf",
}  # fmt: skip


@dataclass(frozen=True)
class Timed:
    """A scene with its first row and its times, in seconds: typing begins and ends, and the output is there."""

    scene: Scene
    row: int
    begins: float
    ends: float
    shows: float


def draw(scenes: list[Scene], title: str) -> str:
    """Draw the scenes, one below the other, with the style that moves them."""
    timed, length = _timed(scenes)
    said = " ".join(f"{scene.typed}: {scene.said}." for scene in scenes)
    still = next(one for one in timed if one.scene.is_still)
    size = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}" height="{HEIGHT:g}"'
    window = f'<rect x="1" y="{MARGIN}" width="{WIDTH - 2:g}" height="{ROWS * ROW}"/>'  # whole rows
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title said">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="said">{escape(said)}</desc>',
        f"<style>\n{_style(timed, length, _scrolled(_last_row(still)))}</style>",
        f'<clipPath id="window">{window}</clipPath>',
        f'<rect class="window" x=".5" y=".5" width="{WIDTH - 1:g}" height="{HEIGHT - 1:g}" rx="8"/>',
        '<g clip-path="url(#window)"><g class="roll">',
        *(part for number, one in enumerate(timed) for part in _drawn(number, one)),
        "</g></g></svg>",
    ]
    return "\n".join(parts) + "\n"


def _timed(scenes: list[Scene]) -> tuple[list[Timed], float]:
    """Say when each scene happens and where it stands; also how long all of it takes."""
    timed: list[Timed] = []
    now, row = 0.0, 0
    for scene in scenes:
        begins = now + 0.8
        ends = begins + FOR_A_KEY * len(scene.typed)
        shows = ends + 0.4
        timed.append(Timed(scene, row, begins, ends, shows))
        row += 1 + len(scene.lines)
        now = shows + min(LONGEST_LOOK, FOR_A_LINE * sum(1 for line in scene.lines if line))
    return timed, now + AT_THE_END


def _last_row(one: Timed) -> int:
    return one.row + len(one.scene.lines)


def _scrolled(row: int) -> int:
    """Return how far up all of it is when a row is the last to be seen, in pixels."""
    return max(0, row + 1 - ROWS) * ROW


def _drawn(number: int, one: Timed) -> list[str]:
    """Draw the line that is typed, what hides it before, and the output."""
    y = MARGIN + ROW * one.row
    prompt: Line = (Run(0, "$", ("dim",)), Run(2, one.scene.typed, ("bold",)))
    hidden = f'<g class="key k{number}"><rect class="paper" x="{_x(2)}" y="{y}" width="{WIDTH:g}" height="{ROW}"/>'
    cursor = f'<rect class="ink" x="{_x(2)}" y="{y + 1}" width="{CHARACTER:g}" height="{ROW - 2}"/></g>'
    output = [_text(one.row + 1 + place, line) for place, line in enumerate(one.scene.lines) if line]
    return [
        f'<g class="p{number}">', _text(one.row, prompt), hidden + cursor, "</g>",
        *([f'<g class="o{number}">', *output, "</g>"] if output else []),
    ]  # fmt: skip


def _text(row: int, line: Line) -> str:
    """Draw a line. Each run is as wide as its characters in every font, so that columns stay columns."""
    y = MARGIN + ROW * row + 14
    runs = "".join(
        f'<tspan x="{_x(run.column)}" textLength="{len(run.text) * CHARACTER:g}" lengthAdjust="spacingAndGlyphs"'
        f"{_classes(run)}>{escape(run.text, quote=False)}</tspan>"
        for run in line
    )
    return f'<text y="{y}">{runs}</text>'


def _classes(run: Run) -> str:
    return f' class="{" ".join(run.style)}"' if run.style else ""


def _x(column: int) -> str:
    return f"{MARGIN + column * CHARACTER:g}"


def _style(timed: list[Timed], length: float, still: int) -> str:
    """Write the style: the colours of light and dark, where all stands still, and how it moves where it may."""
    lines = [
        f"text{{font:14px {FONTS};fill:var(--ink);white-space:pre}}",
        ".window,.paper{fill:var(--paper)}.window{stroke:var(--frame)}.ink{fill:var(--ink)}.bold{font-weight:700}",
        "".join(f".{name}{{fill:var(--{name})}}" for name in LIGHT if name not in {"paper", "frame", "ink"}),
        f":root{{{_variables(LIGHT)}}}",
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}",
        f".roll{{transform:translateY(-{still}px)}}.key{{opacity:0}}",
        "@media (prefers-reduced-motion:no-preference){",
        f"g{{animation-duration:{length:.1f}s;animation-iteration-count:infinite;animation-timing-function:step-end}}",
        *_moves(timed, length),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _variables(colours: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in colours.items())


def _moves(timed: list[Timed], length: float) -> list[str]:
    """Write the keyframes: what appears, what is typed, and how far all of it has scrolled."""
    rolled = ["0%{transform:translateY(0)}"]
    lines = []
    appears = 0.0
    for number, one in enumerate(timed):
        lines.append(_shown(f"p{number}", appears, length))
        keys = len(one.scene.typed)
        begins, ends, shows = (f"{100 * at / length:.2f}%" for at in (one.begins, one.ends, one.shows))
        moved = f"translateX({keys * CHARACTER:g}px)"
        lines.append(
            f".k{number}{{animation-name:k{number}}}@keyframes k{number}{{0%{{opacity:1;transform:none}}"
            f"{begins}{{opacity:1;transform:none;animation-timing-function:steps({keys})}}"
            f"{ends}{{opacity:1;transform:{moved}}}{shows}{{opacity:0;transform:{moved}}}100%{{opacity:0}}}}"
        )
        lines.append(_shown(f"o{number}", one.shows, length))
        is_last = number == len(timed) - 1
        scrolled = _scrolled(_last_row(one) + (not is_last))
        rolled.append(f"{shows}{{transform:translateY(-{scrolled}px)}}")
        appears = one.shows
    return [
        *lines,
        f".roll{{animation-name:roll}}@keyframes roll{{{''.join(rolled)}100%{{transform:translateY(-{scrolled}px)}}}}",
    ]


def _shown(name: str, at: float, length: float) -> str:
    """Write the keyframes of what isn't there before a moment, in seconds."""
    keyframes = f"0%{{opacity:0}}{100 * at / length:.2f}%,100%{{opacity:1}}"
    return f".{name}{{animation-name:{name}}}@keyframes {name}{{{keyframes}}}"
