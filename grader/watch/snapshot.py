"""What a watch knows at one moment, as plain data: each face of the watch draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grader.course import Course, Stage, Step
from grader.results.results import CheckResult, Outcome

CHECKING, SETTLED = "checking", "settled"
OF_CONTRACT = " of the contract, exercises/CONTRACT.md"


@dataclass(frozen=True)
class StepNow:
    """The current step. `task` says in one line what it asks for."""

    id: str
    title: str
    stage: str
    task: str

    @classmethod
    def of(cls, step: Step) -> StepNow:
        """Make it from a step of the course."""
        return cls(step.id, step.title, step.stage, getattr(step, "task", "") or step.title)


@dataclass(frozen=True)
class StepRow:
    """A step in the list of steps. `outcome` is empty when the step was never checked."""

    id: str
    title: str
    bonus: bool
    outcome: str


@dataclass(frozen=True)
class StageRow:
    """A stage, and the rows of its steps."""

    id: str
    title: str
    steps: tuple[StepRow, ...]


@dataclass(frozen=True)
class Failure:
    """The first thing to fix, in the words of `kit check`.

    `says` is the broken promise. `before` tells what the kit did first, and `asked` what it asked. `paste` is the line
    to paste. `where` names the clause. `printed` holds the last lines of the learner's program, `note` a warning.
    `outcome` is `fail`, `error` or `unclear`.
    """

    step: str
    outcome: str
    says: str
    before: str
    asked: str
    expected: str
    seen: str
    paste: str
    where: str
    printed: str
    note: str

    @classmethod
    def of(cls, found: CheckResult) -> Failure:
        """Make it from the result of a check that didn't pass."""
        return cls(
            step=found.step,
            outcome=found.outcome,
            says=found.sentence,
            before=found.before,
            asked=found.request,
            expected=found.expected,
            seen=found.actual,
            paste=found.request,
            where=found.clause + OF_CONTRACT,
            printed=found.log,
            note=found.warning,
        )

    def result(self) -> CheckResult:
        """Make the result of a check from it, as far as a report shows it."""
        return CheckResult(
            step=self.step,
            id="",
            sentence=self.says,
            outcome=Outcome(self.outcome),
            clause=self.where.removesuffix(OF_CONTRACT),
            before=self.before,
            request=self.asked,
            expected=self.expected,
            actual=self.seen,
            log=self.printed,
            warning=self.note,
        )


@dataclass(frozen=True)
class Since:
    """What has changed since the last run: ids of steps that pass now for the first time, and of those that broke."""

    newly_passing: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def counts(self) -> str:
        """Both counts in one short line."""
        return f"{len(self.newly_passing)} newly passing, {len(self.broken)} broken"

    @property
    def sentence(self) -> str:
        """Both counts in one line, with the ids of the steps."""
        passing, broken = (f" ({', '.join(ids)})" if ids else "" for ids in (self.newly_passing, self.broken))
        return f"{len(self.newly_passing)} newly passing{passing}, {len(self.broken)} broken{broken}"


@dataclass(frozen=True)
class ServiceNow:
    """The learner's own running service: its URL, and the last lines that it printed."""

    running: bool
    url: str
    output: str


@dataclass(frozen=True)
class Snapshot:
    """What a watch knows at one moment.

    `phase` is `checking` until the checks of the last save have ended, then `settled`. `doing` says in a few words what
    the kit does now, also when it checks the other steps in the background; it is empty when it waits for a save.
    `verdict` is the outcome of the current step in this run, empty while it is open. `failure` is None when nothing
    fails. `solution` is the reference's change, None until it is asked for. `problem` is one sentence about what keeps
    the kit from its work, or None. `next_line` says what to type or to press. `checked_at` is the time of the last
    verdict, in seconds since 1970, 0 before the first. `note` is one more sentence, such as what a key has brought.
    """

    phase: str
    step: StepNow
    stages: tuple[StageRow, ...]
    failure: Failure | None
    since: Since
    hints: tuple[str, ...]
    hints_left: int
    solution: str | None
    service: ServiceNow
    problem: str | None
    next_line: str
    checked_at: float
    doing: str = ""
    verdict: str = ""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as values that JSON knows, with the names of the fields."""
        return asdict(self)


def rows(course: Course, outcomes: Mapping[str, str]) -> tuple[StageRow, ...]:
    """List every stage with its steps and their last outcomes."""
    return tuple(_row(stage, outcomes) for stage in course.stages)


def _row(stage: Stage, outcomes: Mapping[str, str]) -> StageRow:
    steps = tuple(StepRow(step.id, step.title, step.bonus, outcomes.get(step.id, "")) for step in stage.steps)
    return StageRow(stage.id, stage.title, steps)


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> Since:
    """Compare the outcomes of steps before a run with those after it, by the ids of the steps."""
    newly = tuple(step for step, outcome in now.items() if outcome == Outcome.PASS != before.get(step))
    return Since(newly, tuple(s for s, outcome in before.items() if outcome == Outcome.PASS != now.get(s)))
