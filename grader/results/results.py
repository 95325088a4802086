"""What a run found: the outcomes of checks, steps and stages. Data in, data out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Self


class Outcome(StrEnum):
    """How a check, and so its step, ended."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    SKIP = "skip"
    UNCLEAR = "unclear"
    NOT_CHECKED = "not_checked"
    ERROR = "error"


WANTING = frozenset({Outcome.FAIL, Outcome.ERROR, Outcome.UNCLEAR})
"""What keeps the steps that need this one from being run; what can't be checked does not."""


class ExitStatus(IntEnum):
    """What `kit` tells the shell."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    FAULT = 3
    UNDECIDED = 4
    INTERRUPTED = 130


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    `request` is a line to paste; `expected` and `actual` are for people; `log` holds the last lines that the
    learner's program printed, or the kit's own traceback for an `error`; `because` is `machine` or `project`
    for `not_checked`, and the noise for `unclear`.
    """

    step: str
    id: str
    sentence: str
    outcome: Outcome
    clause: str
    request: str = ""
    expected: str = ""
    actual: str = ""
    log: str = ""
    because: str | None = None
    seconds: float = 0.0

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON has carried."""
        return cls(**{**values, "outcome": Outcome(values["outcome"])})


@dataclass(frozen=True)
class StepResult:
    """What all checks of one step found together, and what that earns."""

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
    """The steps of one stage and their sums; `whole` where no step of the stage was left out."""

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
    """Everything that one run of checks found; `seed` repeats what was drawn at random."""

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
        """The check behind the first step that did not pass and isn't just explained by another."""
        return next((step.problem for step in self.steps if step.outcome not in (Outcome.PASS, Outcome.SKIP)), None)
