"""What a check raised, turned into an outcome, with what was asked, expected and seen."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assertions.observed import Observed
from grader.errors import Failed, NotChecked, ProjectError, Unclear
from grader.results.results import Outcome

CHECKS = "checks"
"""The folder of a stage in which its checks lie."""
TWO_PLAIN_VALUES = (
    "This check compares two plain values, so it cannot say what came: compare with what a fixture gives."
)
NO_COMPARISON = (
    "This check asserts without a comparison, so it cannot say what came: compare with what a fixture gives."
)


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

    def described(self) -> dict[str, Any] | None:
        """Let the side that was seen say what was wanted and what came; None where neither side was."""
        seen, other = (self.left, self.right) if isinstance(self.left, Observed) else (self.right, self.left)
        if not isinstance(seen, Observed):
            return None
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
        case AssertionError() if comparison is not None and (told := comparison.described()) is not None:
            return {"outcome": Outcome.FAIL, **told}
    trace = "".join(traceback.format_exception(finding)[-12:])
    return {"outcome": Outcome.ERROR, "actual": _fault(finding, comparison), "log": trace}


def _fault(finding: BaseException, comparison: Comparison | None) -> str:
    """Say what is wrong with a check, or with the kit, where nothing is said of the project."""
    if isinstance(finding, AssertionError) and _is_raised_by_checks(finding):
        return NO_COMPARISON if comparison is None else TWO_PLAIN_VALUES
    return f"{type(finding).__name__}: {finding}"


def _is_raised_by_checks(finding: BaseException) -> bool:
    """Tell whether the assertion stands in a folder of checks, and not in the kit's own code."""
    frames = traceback.extract_tb(finding.__traceback__)
    return bool(frames) and Path(frames[-1].filename).parent.name == CHECKS
