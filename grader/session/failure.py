"""Turns the exception of a check into an outcome, with the request, what was expected and what came."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.assertions.json_values import Value
from grader.assertions.observed import Observed
from grader.errors import Failed, NotChecked, ProjectError, Unclear
from grader.results.results import CheckResult, Outcome
from grader.system import machine
from grader.text.difference import excerpt, look_alike

CHECKS = "checks"
"""The name of the folder that holds the checks of a stage."""
TWO_PLAIN_VALUES = (
    "This check compares two plain values, so it cannot say what came: compare with what a fixture gives."
)
NO_COMPARISON = (
    "This check asserts without a comparison, so it cannot say what came: compare with what a fixture gives."
)


@dataclass(frozen=True)
class Comparison:
    """The comparison in the `assert` at which a check failed."""

    operator: str
    left: object
    right: object

    @property
    def timed(self) -> bool:
        """Whether one side depends on time, so that a second try may differ."""
        return any(isinstance(side, Observed) and side.timed for side in (self.left, self.right))

    def described(self) -> dict[str, Any] | None:
        """Return the request, what was expected and what came, as the Observed side describes them.

        Returns None where neither side is an Observed.
        """
        observed, other = (self.left, self.right) if isinstance(self.left, Observed) else (self.right, self.left)
        if not isinstance(observed, Observed):
            return None
        actual = observed.actual_text_beside(other) if self.operator == "==" else observed.actual_text()
        expected = observed.expected_text(self.operator, other)
        if look_alike(expected, actual):
            theirs, ours = repr(_raw(other)), repr(_raw(observed))
            expected, actual = excerpt(theirs, ours), excerpt(ours, theirs)
        return {"request": observed.request, "expected": expected, "actual": actual}


def excused(found: CheckResult, finding: BaseException, folder: Path) -> CheckResult:
    """Turn a failure into an error where the machine was short of something: then it says nothing of the project.

    `folder` holds the data of the run.
    """
    shortage = machine.shortage_behind(finding) or machine.shortage_now(folder)
    if found.outcome is not Outcome.FAIL or not shortage:
        return found
    return replace(found, outcome=Outcome.ERROR, actual=f"The check can't tell, as {shortage}. It saw: {found.actual}")


def _raw(value: object) -> object:
    return value.value if isinstance(value, Value) else value


def explained(finding: BaseException, comparison: Comparison | None) -> dict[str, Any]:
    """Turn the exception of a check into fields of a `CheckResult`.

    The outcome is `fail` for a broken promise, `not_checked` or `unclear` where the kit can't tell, and `error` for a
    fault of the kit.
    """
    match finding:
        case Failed():
            fields = {
                "request": finding.request,
                "expected": finding.expected,
                "actual": finding.actual,
                "log": finding.log,
            }
            return {"outcome": Outcome.FAIL, **fields, **({"clause": finding.clause} if finding.clause else {})}
        case ProjectError():
            expected = "a service.toml that can be used"
            return {"outcome": Outcome.FAIL, "expected": expected, "actual": str(finding), "clause": "K1"}
        case NotChecked():
            return {"outcome": Outcome.NOT_CHECKED, "actual": str(finding), "because": finding.because}
        case Unclear():
            return {"outcome": Outcome.UNCLEAR, "actual": str(finding), "because": str(finding)}
        case AssertionError() if comparison is not None and (described := comparison.described()) is not None:
            return {"outcome": Outcome.FAIL, **described}
    trace = "".join(traceback.format_exception(finding)[-12:])
    return {"outcome": Outcome.ERROR, "actual": _fault(finding, comparison), "log": trace}


def _fault(finding: BaseException, comparison: Comparison | None) -> str:
    """Say what is wrong with a check or with the kit, where the exception says nothing about the project."""
    if isinstance(finding, AssertionError) and _is_raised_by_checks(finding):
        return NO_COMPARISON if comparison is None else TWO_PLAIN_VALUES
    return f"{type(finding).__name__}: {finding}"


def _is_raised_by_checks(finding: BaseException) -> bool:
    """Tell whether a file of checks raised the exception, and not the kit's own code."""
    frames = traceback.extract_tb(finding.__traceback__)
    return bool(frames) and Path(frames[-1].filename).parent.name == CHECKS
