"""The values of stage 4 that checks compare: numbers with their unit, each with the way to see it oneself."""

from __future__ import annotations

from typing import Self

from grader.assertions.observed import Observed


class Amount(float, Observed):
    """A measured number. `what` is its unit, such as `requests per second`, and `more` what else a reader should know.

    A check compares it with a limit: `amount >= 5`.
    """

    what: str
    more: str

    def __new__(cls, value: float, *, what: str, request: str = "", more: str = "") -> Self:
        made = super().__new__(cls, value)
        made.what = what
        made.request = request
        made.more = more
        return made

    def expected_text(self, operator: str, other: object) -> str:
        words = {">=": "at least", "<=": "at most", "==": "exactly"}.get(operator, operator)
        return f"{words} {_number(float(str(other)))} {self.what}"

    def actual_text(self) -> str:
        return f"{_number(self)} {self.what}" + (f" ({self.more})" if self.more else "")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.2g}"
