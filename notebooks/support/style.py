"""How every picture of the notebooks looks: colours, sizes, axes and labels.

The colours are those of Okabe and Ito ("Color Universal Design", 2008). They can be told apart with any kind of colour
vision. Their order here goes from dark to light, so that they can be told apart in grey, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

BLACK, BLUE, VERMILION, GREEN, ORANGE, SKY = "#000000", "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9"
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, SKY, BLACK)
MARKS = ("o", "s", "^", "D", "v", "P")
"""A mark for each colour, for those who print without colours."""
GREY = "#767676"
WIDTH, WIDE, HEIGHT = 7.2, 9.6, 4.2
"""The size of a picture in inches. The page of a code host shows it without making it smaller."""
LINE = 13
"""The height of a line of text in points."""
THOUSAND = 1000
MANY_DECADES = 800
"""From this factor between the ends of an axis on, it has ticks at powers of ten only."""


def use() -> None:
    """Draw every picture from here on in this style, with two points of the screen for each of its own."""
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    set_matplotlib_formats("retina")
    mpl.rcParams.update(
        {
            "figure.figsize": (WIDTH, HEIGHT),
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "font.family": "sans-serif",
            "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
            "font.size": 10,
            "axes.titlesize": 11.5,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.6,
            "lines.linewidth": 1.8,
            "lines.markersize": 5,
            "legend.frameon": False,
            "axes.prop_cycle": cycler(color=COLOURS),
        }
    )


def picture(title: str, across: str, up: str, *, width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """Begin a picture with a title that says its point, and with axes that name their units; return its axes."""
    return panels(title, [(across, up)], width=width, height=height)[0]


def panels(
    title: str, names: Sequence[tuple[str, str]], *, width: float = WIDE, height: float = HEIGHT
) -> tuple[Axes, ...]:
    """Begin a picture with several panels side by side; `names` are those of the axes of each, across and up."""
    figure, grid = plt.subplots(1, len(names), figsize=(width, height), squeeze=False)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=11.5)
    for axes, (across, up) in zip(grid[0], names, strict=True):
        axes.set_xlabel(across)
        axes.set_ylabel(up)
    return tuple(grid[0])


def stacked(title: str, across: str, up: tuple[str, str]) -> tuple[Axes, Axes]:
    """Begin a picture with a small panel below a larger one; both have the same axis across."""
    figure, (upper, lower) = plt.subplots(
        2, 1, figsize=(WIDTH, HEIGHT * 1.25), sharex=True, gridspec_kw={"height_ratios": (2, 1)}
    )
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=11.5)
    for axes, name in zip((upper, lower), up, strict=True):
        axes.set_ylabel(name)
    lower.set_xlabel(across)
    return upper, lower


def factors(axes: Axes, which: str = "both") -> None:
    """Give axes on which equal distances are equal factors, with as many ticks as there is room for."""
    for name in ("x", "y") if which == "both" else (which,):
        axis = axes.xaxis if name == "x" else axes.yaxis
        (axes.set_xscale if name == "x" else axes.set_yscale)("log")
        axis.set_major_locator(_Ticks())
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _place: number(value)))


def across(axes: Axes, left: float | None, right: float) -> None:
    """Set where the axis across begins and ends. It returns nothing, so a cell that ends with it prints nothing."""
    axes.set_xlim(left, right)


class _Ticks(LogLocator):
    """Ticks at 1, 2 and 5, or only at powers of ten where these would be too many."""

    def tick_values(self, vmin: float, vmax: float) -> Any:
        self.set_params(base=10, subs=(1.0, 2.0, 5.0) if vmax < MANY_DECADES * vmin else (1.0,))
        return super().tick_values(vmin, vmax)


def label(axes: Axes, x: float, y: float, text: str, colour: str = BLACK, *, where: str = "right") -> None:
    """Write a text beside a point, in the colour of what it names: `right`, `left`, `above` or `below` it."""
    (across, up), (ha, va) = {
        "right": ((6, 0), ("left", "center")),
        "left": ((-6, 0), ("right", "center")),
        "above": ((0, 6), ("center", "bottom")),
        "below": ((0, -6), ("center", "top")),
    }[where]
    axes.annotate(
        text, (x, y), xytext=(across, up), textcoords="offset points", ha=ha, va=va, color=colour, annotation_clip=False
    )


def ends(axes: Axes, x: float, lines: Sequence[tuple[float, str, str]]) -> None:
    """Write a text beside the end of each line, in its colour, and keep the texts apart from each other.

    `lines` are the height of each end, its text and its colour. The axes must have their limits already.
    """
    to_points = 72 / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    lowest = axes.bbox.ymin * to_points - LINE / 2
    for y, text, colour in sorted(lines):
        height = axes.transData.transform((x, y))[1] * to_points
        up = max(0.0, lowest + LINE - height)
        lowest = height + up
        axes.annotate(
            text, (x, y), xytext=(8, up), textcoords="offset points", va="center", color=colour, annotation_clip=False
        )


def spread(axes: Axes, xs: Sequence[float], values: Sequence[Sequence[float]], colour: str, mark: str = "o") -> None:
    """Draw the median of each group of values as a line, and their whole range as a band."""
    middles = [sorted(group)[len(group) // 2] for group in values]
    axes.fill_between(xs, [min(group) for group in values], [max(group) for group in values], color=colour, alpha=0.18)
    axes.plot(xs, middles, color=colour, marker=mark)


def rows(axes: Axes, names: Sequence[str], values: Sequence[Sequence[float]], unit: str = "") -> None:
    """Give each group of values a row: a mark at its median, a line for their range, and the figure itself.

    It draws no bars: on an axis of factors, the length of a bar says nothing.
    """
    for place, group in enumerate(values):
        middle = sorted(group)[len(group) // 2]
        colour = COLOURS[place % len(COLOURS)]
        axes.plot([min(group), max(group)], [place, place], color=colour, linewidth=3, solid_capstyle="butt", alpha=0.5)
        axes.plot([middle], [place], color=colour, marker=MARKS[place % len(MARKS)], markersize=9)
        label(axes, max(*group, middle), place, f" {number(middle)}{unit}", colour)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


def number(value: float) -> str:
    """Write a number with at most three digits that matter, and a blank between thousands."""
    if value >= THOUSAND:
        return f"{round(value, -len(str(int(value))) + 3):,.0f}".replace(",", " ")
    return f"{value:.3g}"
