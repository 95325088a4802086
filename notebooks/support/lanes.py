"""One race as a picture: a lane for each of those who meet, and time from the left to the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.axes import Axes

from . import style

LANES = ("a slow reader", "the writer", "in the cache", "a later reader")
LIGHT = "#D9D9D9"
HEIGHT = 0.5

Span = tuple[float, float]
"""When something began and ended, in milliseconds since the slow reader came."""


@dataclass(frozen=True)
class Race:
    """A slow reader, a writer, and a reader who came after both; `question` is the slow reader's to the database.

    `stored` is the moment of the commit, `kept` that at which the slow reader's page came into the cache. `is_stale`
    tells whether the later reader got a page without the message.
    """

    reader: Span
    question: Span
    writer: Span
    stored: float
    kept: float
    later: Span
    is_stale: bool


def draw_races(title: str, races: Mapping[str, Race]) -> None:
    """Draw races side by side, on the same scale."""
    panels = style.panels(title, [("milliseconds", "")] * len(races), height=3.5)
    end = 1.06 * max(race.later[1] for race in races.values())
    for axes, (name, race) in zip(panels, races.items(), strict=True):
        _draw(axes, race, end)
        axes.set_title(name, fontweight="normal", fontsize=10)
        axes.set_yticks(range(len(LANES)), LANES if axes is panels[0] else [""] * len(LANES))


def _draw(axes: Axes, race: Race, end: float) -> None:
    _bar(axes, 0, race.reader, LIGHT)
    _bar(axes, 0, race.question, style.ORANGE, "reads the old rows")
    _bar(axes, 1, race.writer, style.BLUE)
    style.label(axes, race.writer[1], 1, 'is told "stored"', style.BLUE)
    if race.is_stale:
        _bar(axes, 2, (race.kept, end), style.VERMILION, "the old page, until the next write", ink="white")
        _bar(axes, 3, race.later, style.VERMILION)
        style.label(axes, race.later[1], 3, "gets the old page", style.VERMILION)
    else:
        _bar(axes, 2, (race.kept, race.later[1]), LIGHT, "old number: not used")
        _bar(axes, 2, (race.later[1], end), style.GREEN)
        _bar(axes, 3, race.later, style.GREEN, "gets the new page", ink="white")
    axes.axvline(race.stored, color=style.BLUE, linewidth=1, linestyle="--", zorder=0)
    axes.set_xlim(-1, end)
    axes.set_ylim(len(LANES) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")


def _bar(axes: Axes, lane: int, span: Span, colour: str, text: str = "", *, ink: str = "black") -> None:
    began, ended = span
    axes.barh(lane, max(ended - began, 1.2), left=began, height=HEIGHT, color=colour)
    axes.text((began + ended) / 2, lane, text, ha="center", va="center", color=ink, fontsize=9)
