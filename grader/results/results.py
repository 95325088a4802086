"""The results of a run: the outcomes of checks, steps and stages, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Self


class Outcome(StrEnum):
    """The outcome of a check or of a step."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    SKIP = "skip"
    UNCLEAR = "unclear"
    NOT_CHECKED = "not_checked"
    ERROR = "error"


WANTING = frozenset({Outcome.FAIL, Outcome.ERROR, Outcome.UNCLEAR})
"""The outcomes of a step that block the steps which need it. `not_checked` blocks no step."""


class ExitStatus(IntEnum):
    """The exit status of `kit`."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    FAULT = 3
    UNDECIDED = 4
    INTERRUPTED = 130


@dataclass(frozen=True)
class CheckResult:
    """The result of one check.

    `request` is a line to paste, and `before` tells what the kit did to the server before it. `expected` and `actual`
    are sentences for people. `log` holds the last lines that the learner's program printed; for an `error`, it holds
    the kit's own traceback. `warning` says what may explain the failure beside the check, such as a program that is
    older than its source. `because` is `machine`, `project` or `load` for `not_checked`, and describes the noise for
    `unclear`.
    """

    step: str
    id: str
    sentence: str
    outcome: Outcome
    clause: str
    before: str = ""
    request: str = ""
    expected: str = ""
    actual: str = ""
    log: str = ""
    warning: str = ""
    because: str | None = None
    seconds: float = 0.0

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Make it from the values of `dataclasses.asdict`, which JSON has carried."""
        return cls(**{**values, "outcome": Outcome(values["outcome"])})


@dataclass(frozen=True)
class StepResult:
    """The result of a step: the results of its checks, and its points."""

    id: str
    title: str
    bonus: bool
    outcome: Outcome
    because: str | None
    note: str | None
    points: int
    max_points: int
    checks: tuple[CheckResult, ...] = ()

    @property
    def problem(self) -> CheckResult | None:
        """The first check that explains why the step did not pass."""
        return next((check for check in self.checks if check.outcome is self.outcome), None)


@dataclass(frozen=True)
class StageResult:
    """The results of a stage's steps, and their sums. `whole` is true when no step of the stage was left out."""

    id: str
    title: str
    steps: tuple[StepResult, ...] = field(default=())
    whole: bool = False

    @property
    def points(self) -> int:
        return sum(step.points for step in self.steps if not step.bonus)

    @property
    def max_points(self) -> int:
        return sum(step.max_points for step in self.steps if not step.bonus)

    @property
    def bonus_points(self) -> int:
        return sum(step.points for step in self.steps if step.bonus)

    @property
    def max_bonus(self) -> int:
        return sum(step.max_points for step in self.steps if step.bonus)


@dataclass(frozen=True)
class RunResult:
    """The result of one run of checks. With its `seed`, a new run draws the same random values."""

    stages: tuple[StageResult, ...]
    seed: int
    faults: tuple[str, ...] = ()
    load: tuple[dict[str, Any], ...] = ()
    load_note: str = ""

    @property
    def steps(self) -> list[StepResult]:
        """Every step of every stage, in order."""
        return [step for stage in self.stages for step in stage.steps]

    @property
    def problem(self) -> CheckResult | None:
        """The check that explains the first step which did not pass, without steps that another one blocks."""
        return next((step.problem for step in self.steps if step.outcome not in (Outcome.PASS, Outcome.SKIP)), None)
