"""A profile as an icicle: each bar is a function, as wide as its time, and hangs from the function that calls it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes

from grader.load.profile_data import Function, Times

from . import style

LEAST = 0.012
"""The share of the whole below which a bar is left out."""
DEEPEST = 9
SHOWN = 0.055
"""The share of the whole from which a bar has room for its name."""
PER_LETTER = 0.011


@dataclass(frozen=True)
class Bar:
    """A function in the icicle: where its bar begins and how wide it is, as shares of the whole, and how deep."""

    function: Function
    begin: float
    share: float
    depth: int


def bars(profile: Mapping[Function, Times], root: Function) -> list[Bar]:
    """Lay out the calls below a function.

    A profile knows how much time a function took for each of its callers, but not for the callers of those. So the time
    of a function is shared among what it calls in the same proportion, whoever called it. SnakeViz does so, too.
    """
    callees: dict[Function, list[tuple[Function, float]]] = {}
    for function, times in profile.items():
        for caller, figures in times.callers.items():
            callees.setdefault(caller, []).append((function, figures[3]))
    found: list[Bar] = []

    def hang(function: Function, begin: float, share: float, above: tuple[Function, ...]) -> None:
        found.append(Bar(function, begin, share, len(above)))
        whole = profile[function].cumulative
        if len(above) >= DEEPEST or not whole:
            return
        place = begin
        for callee, seconds in sorted(callees.get(function, ()), key=lambda one: -one[1]):
            part = share * min(1.0, seconds / whole)
            if part >= LEAST and callee not in above and place + part <= begin + share * 1.001:
                hang(callee, place, part, (*above, function))
                place += part

    hang(root, 0.0, 1.0, ())
    return found


def short(function: Function) -> str:
    """Return the name of a function without the words that Python adds for those which aren't written in Python."""
    return re.sub(r"^built-in method |^method '|' of .*$", "", function.name.strip("<>{}")).rpartition(".")[2]


def draw(axes: Axes, profile: Mapping[Function, Times], root: Function, folder: Path) -> None:
    """Draw the calls below a function. What lies in `folder` is blue: it is the project's own code."""
    laid_out = bars(profile, root)
    for bar in laid_out:
        own = Path(bar.function.file).is_relative_to(folder)
        colour = style.BLUE if own else "#BBBBBB"
        axes.barh(bar.depth, bar.share, left=bar.begin, height=0.92, color=colour, edgecolor="white", linewidth=1.2)
        if bar.share >= SHOWN:
            letters = int(bar.share / PER_LETTER)
            name = short(bar.function)
            text = name if len(name) <= letters else f"{name[: max(1, letters - 1)]}…"
            axes.text(
                bar.begin + bar.share / 2,
                bar.depth,
                text,
                ha="center",
                va="center",
                fontsize=8,
                color="white" if own else "black",
            )
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.xaxis.set_major_formatter(lambda value, _place: f"{value:.0%}")
