"""The parts of a picture in SVG: its frame with two axes, texts, and what lies under the curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from grader.report.scales import GAP, Scale, label, width

WIDTH = 360.0
LEFT, RIGHT, TOP = 46.0, 40.0, 40.0
BASE = 38.0
"""The room for the labels of the axis at the bottom."""
LINE = 14.0
"""The height of a line of text."""


@dataclass(frozen=True)
class Frame:
    """A picture with two axes. `height` is that of the whole; `sentence` says what it shows, for who can't see it."""

    across: Scale
    up: Scale
    height: float
    x_name: str
    y_name: str
    sentence: str

    @property
    def floor(self) -> float:
        """Where the axis at the bottom lies."""
        return self.height - BASE

    def picture(self, body: Sequence[str]) -> str:
        """Draw the axes, and upon them `body`."""
        middle = (LEFT + WIDTH - RIGHT) / 2
        across, up = self.across.labelled(lambda tick: width(label(tick))), self.up.labelled(lambda _: LINE - GAP)
        return "".join(
            [
                f'<svg class="plot" viewBox="0 0 {WIDTH:g} {self.height:g}" role="img" ',
                f'aria-label="{escape(self.sentence)}">',
                *(path("grid", f"M{LEFT} {self.up(y)}H{WIDTH - RIGHT}") for y in self.up.lines()),
                *(path("grid", f"M{self.across(x)} {TOP}V{self.floor}") for x in self.across.lines()),
                path("axis", f"M{LEFT} {TOP}V{self.floor}H{WIDTH - RIGHT}"),
                *(text(self.across(x), self.floor + 16, label(x), "tick", anchor="middle") for x in across),
                *(text(LEFT - 6, self.up(y) + 4, label(y), "tick", anchor="end") for y in up),
                text(middle, self.height - 5, self.x_name, "name", anchor="middle"),
                text(2, 12, self.y_name, "name"),
                *body,
                "</svg>",
            ]
        )

    def region(
        self, kind: str, begin: float | None, end: float | None, said: str, *, at_floor: bool = False
    ) -> list[str]:
        """Shade the region between two values across, None for the edge, and write above or in it what it is."""
        left = LEFT if begin is None else self.across(begin)
        right = WIDTH - RIGHT if end is None else self.across(end)
        half = width(said) / 2
        middle = min(max((left + right) / 2, LEFT + half), WIDTH - RIGHT - half if at_floor else WIDTH - half)
        box = (
            f'<rect class="{kind}" x="{left:g}" y="{TOP:g}" width="{right - left:.1f}" height="{self.floor - TOP:g}"/>'
        )
        return [box, text(middle, self.floor - 6 if at_floor else TOP - 6, said, f"{kind}-label", anchor="middle")]

    def beside(self, labels: Sequence[tuple[float, str, str]], x: float = WIDTH - RIGHT) -> list[str]:
        """Write labels to the right of `x`, each at the height of its value, and further apart where they overlap."""
        places: list[float] = []
        ordered = sorted(labels, key=lambda one: self.up(one[0]))
        for value, _, _ in ordered:
            wanted = self.up(value) + 4
            places.append(max(wanted, places[-1] + LINE) if places else wanted)
        if places and (beyond := places[-1] - self.floor) > 0:
            places = [place - beyond for place in places]
        return [text(x + 7, place, said, kind) for place, (_, said, kind) in zip(places, ordered, strict=True)]


def path(kind: str, moves: str, more: str = "") -> str:
    """Draw a line."""
    return f'<path class="{kind}" d="{moves}"{more}/>'


def text(x: float, y: float, said: str, kind: str, *, anchor: str = "start") -> str:
    """Write a text. Whatever it is, it stays text."""
    return f'<text class="{kind}" x="{round(x, 1):g}" y="{round(y, 1):g}" text-anchor="{anchor}">{escape(said)}</text>'


def mark(x: float, y: float, *, good: bool, counts: bool = True) -> str:
    """Draw a point: a dot for what held, a cross for what broke; paler where a later one counts instead."""
    more = "" if counts else " earlier"
    if good:
        return f'<circle class="held{more}" cx="{x:g}" cy="{y:g}" r="4"/>'
    return path(f"broke{more}", f"M{x - 4:g} {y - 4:g}l8 8m0 -8l-8 8")
