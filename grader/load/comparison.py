"""The decision rule for everything that is timed: two things in turn, pair by pair, until one side has won clearly.

Single figures mislead on a machine that does other things as well: noise comes in waves, and a wave that meets one of
two figures looks like an effect. So A and B are measured one right after the other, in the order AB BA AB BA, and what
counts is on which side of a threshold the ratio of each pair lies. Where neither side wins, the verdict is `unclear`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from statistics import median

FIRST = 8
FIRST_NEEDED = 7
ALL = 16
ALL_NEEDED = 12
UNLIKE = 0.25
"""Cores by which the neighbours of the two halves of a pair may differ; a pair with more is dropped."""
TOO_BUSY = 1.3
"""Cores in use by others from which on nothing can be said."""
MOST_DROPPED = 8


class Verdict(Enum):
    """On which side of the threshold the ratio B/A lies."""

    ABOVE = "above"
    BELOW = "below"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Half:
    """One batch: its figure, in whatever unit, and how many cores others used meanwhile."""

    value: float
    other: float = 0.0


@dataclass(frozen=True)
class Pair:
    """A batch of A and a batch of B, one right after the other."""

    a: Half
    b: Half

    @property
    def ratio(self) -> float:
        """B over A; infinite when only A is nothing, and 1 when both are."""
        if self.a.value:
            return self.b.value / self.a.value
        return float("inf") if self.b.value else 1.0

    @property
    def is_fair(self) -> bool:
        """Tell whether both halves had like neighbours."""
        return abs(self.a.other - self.b.other) <= UNLIKE


@dataclass(frozen=True)
class Comparison:
    """What came of a comparison: the pairs that count, how many were dropped, and the verdict with its reason."""

    threshold: float
    verdict: Verdict
    pairs: tuple[Pair, ...]
    dropped: int = 0
    reason: str = ""
    medians: tuple[float, float] = field(init=False)
    ratio: float = field(init=False)
    spread: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        ratios = sorted(pair.ratio for pair in self.pairs)
        nothing = float("nan")
        a = median([pair.a.value for pair in self.pairs]) if ratios else nothing
        b = median([pair.b.value for pair in self.pairs]) if ratios else nothing
        object.__setattr__(self, "medians", (a, b))
        object.__setattr__(self, "ratio", median(ratios) if ratios else nothing)
        object.__setattr__(self, "spread", (ratios[0], ratios[-1]) if ratios else (nothing, nothing))


def decide(ratios: list[float], threshold: float) -> Verdict | None:
    """Apply the rule to the ratios so far: 7 of 8 on one side, else 12 of 16, else unclear; None when more are needed.

    A ratio that equals the threshold is on no side.
    """
    for count, needed in ((FIRST, FIRST_NEEDED), (ALL, ALL_NEEDED)):
        if len(ratios) < count:
            return None
        if sum(ratio > threshold for ratio in ratios[:count]) >= needed:
            return Verdict.ABOVE
        if sum(ratio < threshold for ratio in ratios[:count]) >= needed:
            return Verdict.BELOW
    return Verdict.UNCLEAR


def compare(
    batch_a: Callable[[], Half],
    batch_b: Callable[[], Half],
    threshold: float,
    tell: Callable[[Pair], None] = lambda _pair: None,
    *,
    steady: bool = False,
) -> Comparison:
    """Measure A and B in turn until the rule decides whether B/A lies above or below `threshold`.

    Keep the threshold away from what honest services do: for "has it an effect", take the root of the effect. A
    `steady` figure is one that neighbours hardly move: then every pair counts, whatever else runs.
    """
    pairs: list[Pair] = []
    dropped = 0
    for pair in _in_turn(batch_a, batch_b):
        tell(pair)
        if not steady and min(pair.a.other, pair.b.other) > TOO_BUSY:
            reason = f"Other programs used {min(pair.a.other, pair.b.other):.1f} cores meanwhile."
            return Comparison(threshold, Verdict.UNCLEAR, tuple(pairs), dropped, reason)
        if not steady and not pair.is_fair:
            dropped += 1
            if dropped > MOST_DROPPED:
                break
            continue
        pairs.append(pair)
        verdict = decide([pair.ratio for pair in pairs], threshold)
        if verdict is Verdict.UNCLEAR:
            break
        if verdict is not None:
            return Comparison(threshold, verdict, tuple(pairs), dropped)
    if dropped > MOST_DROPPED:
        reason = f"In {dropped} pairs, other programs used unlike amounts of the processor."
    else:
        reason = f"The ratios of {len(pairs)} pairs lie on both sides of {threshold:.2f}."
    return Comparison(threshold, Verdict.UNCLEAR, tuple(pairs), dropped, reason)


def _in_turn(batch_a: Callable[[], Half], batch_b: Callable[[], Half]) -> Iterator[Pair]:
    """Yield pairs without end, every other one with B first."""
    while True:
        a = batch_a()
        yield Pair(a, batch_b())
        b = batch_b()
        yield Pair(batch_a(), b)
