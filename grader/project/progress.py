"""A learner's progress in one project: for each step its last outcome, the time spent, and how many hints were shown.

The file `.kit/progress.json` keeps it. It may be lost: `kit check --all` finds every outcome again. Time is counted
between two checks. A longer pause than `LONGEST_PAUSE` counts as none, because the kit can't know what a learner did
then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from grader import CONTRACT

FORMAT = 1
LONGEST_PAUSE = 600
"""Seconds between two checks that still count as time spent on a step."""
ABOUT = (
    "kit wrote this. It may be lost: kit check --all finds the outcomes again. "
    f"Seconds are those between two checks; a pause above {LONGEST_PAUSE // 60} minutes counts as none."
)
PASS = "pass"  # noqa: S105 - an outcome, as in the results
OUTCOMES = frozenset({PASS, "fail", "skip", "unclear", "not_checked", "error"})
STEP = re.compile(r"\d{1,2}\.\d{1,2}")
MOST = 10**9
"""The largest count that can be true. A larger one was not written by the kit."""


@dataclass(frozen=True)
class StepProgress:
    """What the kit remembers of one step. `outcome` is empty when the step was never checked."""

    outcome: str = ""
    seconds: int = 0
    hints: int = 0


@dataclass(frozen=True)
class Progress:
    """What the kit remembers of a project. `checked_at` is the moment of the last check, in seconds since 1970."""

    steps: Mapping[str, StepProgress] = field(default_factory=dict)
    checked_at: float | None = None

    def of(self, step: str) -> StepProgress:
        """Return the progress of the step with this id."""
        return self.steps.get(step, StepProgress())

    @property
    def outcomes(self) -> dict[str, str]:
        """The last outcome of every step that was checked, by the step's id."""
        return {step: one.outcome for step, one in self.steps.items() if one.outcome}

    @property
    def passed(self) -> set[str]:
        """The ids of the steps that passed when they were last checked."""
        return {step for step, outcome in self.outcomes.items() if outcome == PASS}

    def with_hints(self, step: str, count: int) -> Progress:
        """Return the progress after the kit has shown so many hints of a step."""
        return replace(self, steps={**self.steps, step: replace(self.of(step), hints=count)})

    def with_outcomes(self, found: Mapping[str, str]) -> Progress:
        """Return the progress with these outcomes in place of all that were known."""
        forgotten = {step: replace(one, outcome="") for step, one in self.steps.items()}
        known = Progress(forgotten)
        return replace(
            self, steps=forgotten | {step: replace(known.of(step), outcome=one) for step, one in found.items()}
        )

    def after_check(self, found: Mapping[str, str], ran: list[str], now: float) -> Progress:
        """Return the progress after a check at the moment `now`, in which the steps `ran` were really checked.

        The time since the check before goes to the first of these steps that had not passed, else to the last of them.
        """
        worked_on = next((step for step in ran if step not in self.passed), ran[-1] if ran else "")
        pause = now - self.checked_at if self.checked_at is not None else 0
        grown = self.with_outcomes({**self.outcomes, **found})
        if not worked_on:
            return grown
        spent = round(pause) if 0 < pause <= LONGEST_PAUSE else 0
        one = grown.of(worked_on)
        steps = {**grown.steps, worked_on: replace(one, seconds=one.seconds + spent)}
        return Progress(steps, now)


class Unusable(ValueError):
    """A file of progress that the kit can't use. The text completes a sentence: "The file ... "."""


def read(text: str) -> tuple[Progress, str]:
    """Read the content of a file of progress, and return a sentence about it, mostly empty; raises Unusable.

    Outcomes under another version of the contract are left out, as other promises were checked then.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise Unusable("is damaged") from None
    if not isinstance(content, dict) or not isinstance(content.get("steps"), dict):
        raise Unusable("wasn't written by kit")
    if content.get("format") != FORMAT:
        raise Unusable("was written by another version of kit")
    steps = {key: _step(value) for key, value in content["steps"].items() if STEP.fullmatch(key)}
    found = Progress(steps, _moment(content.get("checked_at")))
    if content.get("contract") == CONTRACT:
        return found, ""
    return found.with_outcomes({}), "The contract has a new version. To see what passes now, type: kit check --all"


def write(progress: Progress) -> str:
    """Write progress as text: JSON, with a line for each step."""
    ordered = sorted(progress.steps.items(), key=lambda item: [int(part) for part in item[0].split(".")])
    lines = [f"    {json.dumps(key)}: {json.dumps(_shown(one))}" for key, one in ordered if one != StepProgress()]
    at = progress.checked_at
    head = {
        "about": ABOUT,
        "format": FORMAT,
        "contract": CONTRACT,
        "checked_at": None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds"),
    }
    rows = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    return "\n".join(["{", *rows, '  "steps": {', ",\n".join(lines), "  }", "}", ""])


def _shown(one: StepProgress) -> dict[str, Any]:
    every = {"outcome": one.outcome, "seconds": one.seconds, "hints": one.hints}
    return {key: value for key, value in every.items() if value}


def _step(value: Any) -> StepProgress:
    entry = value if isinstance(value, dict) else {}
    outcome = entry.get("outcome")
    known = outcome if isinstance(outcome, str) and outcome in OUTCOMES else ""
    return StepProgress(known, _count(entry.get("seconds")), _count(entry.get("hints")))


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST else 0


def _moment(value: object) -> float | None:
    try:
        return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
