"""What a check raised, turned into an outcome, with what was asked, expected and seen."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Any

from grader.assertions.observed import Observed
from grader.errors import Failed, NotChecked, ProjectError, Unclear
from grader.results.results import Outcome
from grader.text.values import shown


@dataclass(frozen=True)
class Comparison:
    """The comparison at which a check failed."""

    operator: str
    left: object
    right: object

    @property
    def timed(self) -> bool:
        """Whether a side of it might be another at another moment."""
        return any(isinstance(side, Observed) and side.timed for side in (self.left, self.right))

    def described(self) -> dict[str, Any]:
        """Let the side that was seen say what was wanted and what came."""
        seen, other = (self.left, self.right) if isinstance(self.left, Observed) else (self.right, self.left)
        if not isinstance(seen, Observed):
            return {"expected": f"{self.operator} {shown(self.right)}", "actual": shown(self.left)}
        came = seen.actual_text_beside(other) if self.operator == "==" else seen.actual_text()
        return {"request": seen.request, "expected": seen.expected_text(self.operator, other), "actual": came}


def explained(finding: BaseException, comparison: Comparison | None) -> dict[str, Any]:
    """Turn what a check raised into the fields of a result: a broken promise, doubt, or the kit's own fault."""
    match finding:
        case Failed():
            said = {
                "request": finding.request,
                "expected": finding.expected,
                "actual": finding.actual,
                "log": finding.log,
            }
            return {"outcome": Outcome.FAIL, **said}
        case ProjectError():
            return {"outcome": Outcome.FAIL, "expected": "a service.toml that can be used", "actual": str(finding)}
        case NotChecked():
            return {"outcome": Outcome.NOT_CHECKED, "actual": str(finding), "because": finding.because}
        case Unclear():
            return {"outcome": Outcome.UNCLEAR, "actual": str(finding), "because": str(finding)}
        case AssertionError() if comparison is not None:
            return {"outcome": Outcome.FAIL, **comparison.described()}
    trace = "".join(traceback.format_exception(finding)[-12:])
    return {"outcome": Outcome.ERROR, "actual": f"{type(finding).__name__}: {finding}", "log": trace}
