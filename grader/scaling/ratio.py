"""A ratio that checks compare with a limit: the decision rule says on which side of it the ratio lies."""

from __future__ import annotations

from typing import Self

from grader.assertions.observed import Observed
from grader.errors import Unclear
from grader.load.comparison import Comparison, Verdict


class Ratio(float, Observed):
    """How many times one figure is of another, by pairs that were measured in turn.

    `a` and `b` say what was measured, such as `with 1,000 messages`; the ratio is that of B over A. A check compares it
    with the limit for which it was measured. Raises Unclear where the pairs lie on both sides of that limit.
    """

    timed = True
    comparison: Comparison
    a: str
    b: str

    def __new__(cls, comparison: Comparison, a: str, b: str, *, request: str) -> Self:
        made = super().__new__(cls, comparison.ratio)
        made.comparison, made.a, made.b, made.request = comparison, a, b, request
        return made

    def __le__(self, limit: float, /) -> bool:
        assert limit == self.comparison.threshold, "the pairs were measured for another limit"
        if self.comparison.verdict is Verdict.UNCLEAR:
            figures = f" So far: {self.actual_text()}." if self.comparison.pairs else ""
            raise Unclear(f"{self.comparison.reason}{figures}")
        return self.comparison.verdict is Verdict.BELOW

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - there is one operator
        return f"{self.b}, at most {other} times the wait {self.a}"

    def actual_text(self) -> str:
        before, after = self.comparison.medians
        lowest, highest = self.comparison.spread
        count = len(self.comparison.pairs)
        spread = f"in {count} pairs {lowest:.1f} to {highest:.1f} times" if count > 1 else "in one pair"
        return f"{self:.1f} times the wait: {_ms(before)} {self.a}, {_ms(after)} {self.b} ({spread})"


def _ms(value: float) -> str:
    return f"{value:.2g} ms" if value < 100 else f"{value:.0f} ms"
