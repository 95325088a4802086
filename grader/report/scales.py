"""The axes of pictures: where a value lies, and which ticks get a label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

CHARACTER = 6.6
"""The width of a character in a label, in units of a picture; the average of usual fonts."""
GAP = 8.0
"""The least room between two labels."""
STEPS: tuple[tuple[int, ...], ...] = ((1, 2, 5), (1, 3), (1,))
"""Which multiples of a power of ten get a label: as many as have room."""


@dataclass(frozen=True)
class Scale:
    """An axis from the value `low` to `high`, drawn from `start` to `end`; logarithmic unless `linear`."""

    low: float
    high: float
    start: float
    end: float
    linear: bool = False

    def __call__(self, value: float) -> float:
        """Return the place of a value; what lies outside is drawn on the edge."""
        place = (lambda one: one) if self.linear else log10
        inside = min(max(value, self.low), self.high)
        share = (place(inside) - place(self.low)) / (place(self.high) - place(self.low))
        return round(self.start + share * (self.end - self.start), 1)

    def contains(self, value: float) -> bool:
        """Tell whether a value lies on the axis."""
        return self.low <= value <= self.high

    def lines(self) -> list[float]:
        """Return where the lines of the grid are."""
        return self._even() if self.linear else self._multiples((1, 2, 5))

    def labelled(self, room: Callable[[float], float]) -> list[float]:
        """Return the ticks that get a label, so that none overlaps another; `room` tells how much each one needs."""
        if self.linear:
            ticks = self._even()
            while len(ticks) > 2 and not self._fit(ticks, room):
                ticks = ticks[::2]
            return ticks
        for step in STEPS:
            ticks = self._multiples(step)
            if len(ticks) > 1 and self._fit(ticks, room):
                return ticks
        return self._far_apart(self._multiples((1, 2, 5)), room)

    def _multiples(self, step: Sequence[int]) -> list[float]:
        powers = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        found = [float(f"{multiple * 10.0**power:.3g}") for power in powers for multiple in step]
        return [tick for tick in found if self.contains(tick)]

    def _even(self) -> list[float]:
        """Return about five round values at the same distance."""
        distance = round_up((self.high - self.low) / 5)
        return [float(f"{number * distance:.6g}") for number in range(floor(self.high / distance + 1e-9) + 1)]

    def _fit(self, ticks: Sequence[float], room: Callable[[float], float]) -> bool:
        pairs = pairwise(ticks)
        return all(abs(self(one) - self(two)) >= (room(one) + room(two)) / 2 + GAP for one, two in pairs)

    def _far_apart(self, ticks: Sequence[float], room: Callable[[float], float]) -> list[float]:
        kept: list[float] = []
        for tick in ticks:
            if not kept or self._fit([kept[-1], tick], room):
                kept.append(tick)
        return kept


def logarithmic(values: Sequence[float], start: float, end: float) -> Scale:
    """Return an axis for values above 0 that begins and ends at 1, 2 or 5 times a power of ten."""
    low, high = round_down(min(values)), round_up(max(values))
    if high / low < 4:  # one point alone, or points of one rate, need an axis too
        low, high = round_down(low / 1.01), round_up(high * 1.01)
    return Scale(low, high, start, end)


def from_zero(values: Sequence[float], start: float, end: float) -> Scale:
    """Return an axis from 0 for values of which none is below."""
    return Scale(0.0, round_up(max([*values, 0.0]) or 1.0), start, end, linear=True)


def round_up(value: float) -> float:
    """Return the next 1, 2, 5 or 10 times a power of ten that isn't below a value."""
    power = 10.0 ** floor(log10(value) + 1e-9)
    return float(f"{next(power * step for step in (1, 2, 5, 10) if value <= power * step * 1.0001):.3g}")


def round_down(value: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten that isn't above a value."""
    power = 10.0 ** floor(log10(value) + 1e-9)
    return float(f"{next(power * step for step in (5, 2, 1) if value >= power * step * 0.9999):.3g}")


def label(value: float) -> str:
    """Write the label of a tick."""
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def width(text: str) -> float:
    """Estimate how wide a label is."""
    return CHARACTER * len(text)
