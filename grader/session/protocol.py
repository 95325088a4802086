"""The words between the command and the process of the checks: a job, and what is told of it, one JSON line each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from grader.results.held import Held
from grader.results.results import CheckResult, Outcome


@dataclass(frozen=True)
class Job:
    """What the process of the checks is to do: `steps` and `known` are ids, `only` names check functions.

    `exercises` and `folder` are absolute paths of the course and of the project; `load` is none, quick or full.
    """

    folder: str
    exercises: str
    steps: tuple[str, ...]
    seed: int
    stop: bool = False
    hold: bool = False
    memory: bool = True
    load: str = "none"
    known: tuple[str, ...] = ()
    only: str = ""

    def line(self) -> bytes:
        """Write it as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Read what `line` wrote."""
        values = json.loads(line)
        return cls(**{**values, "steps": tuple(values["steps"]), "known": tuple(values["known"])})


@dataclass
class Told:
    """What the process of the checks has told so far: how many checks each step has, and what they found."""

    plan: dict[str, int] = field(default_factory=dict)
    checks: list[CheckResult] = field(default_factory=list)
    load: list[dict[str, Any]] = field(default_factory=list)
    load_note: str = ""
    faults: list[str] = field(default_factory=list)
    ended: bool = False

    def hear(self, line: str) -> CheckResult | Held | None:
        """Take in one line; returns what a listener wants to know at once: a check's result, or a held failure."""
        message = json.loads(line)
        match message.pop("event"):
            case "plan":
                self.plan = message["steps"]
            case "check":
                self.checks.append(CheckResult.read(message))
                return self.checks[-1]
            case "held":
                return Held.read(**message)
            case "load":
                self.load.append(message)
            case "no_load":
                self.load_note = message["reason"]
            case "end":
                self.faults = message["faults"]
                self.ended = True
        return None

    def missing(self) -> list[CheckResult]:
        """Make up for checks that were planned and not run because of a fault: their steps must not count as passed."""
        found = Counter(check.step for check in self.checks)
        return [
            CheckResult(
                step=step,
                id="",
                sentence="Every check of this step is run.",
                outcome=Outcome.ERROR,
                clause="",
                expected=f"{planned} checks",
                actual=f"only {found[step]} of them",
                log=self.faults[0],
            )
            for step, planned in self.plan.items()
            if self.faults and 0 < found[step] < planned
        ]


class Teller:
    """Tells the other side, one JSON line each; `write` takes the line."""

    def __init__(self, write: Any) -> None:
        self._write = write

    def plan(self, steps: Mapping[str, int]) -> None:
        """Tell how many checks each step has."""
        self._tell("plan", steps=dict(steps))

    def check(self, found: CheckResult) -> None:
        """Tell what a check found."""
        self._tell("check", **asdict(found))

    def held(self, held: Held) -> None:
        """Tell of a failure that is held until the other side sends a line."""
        self._tell("held", **held.told())

    def load(self, values: Mapping[str, Any]) -> None:
        """Tell what was measured under load."""
        self._tell("load", **values)

    def no_load(self, reason: str) -> None:
        """Tell why the service was not put under load."""
        self._tell("no_load", reason=reason)

    def end(self, faults: list[str]) -> None:
        """Tell that everything was said, and which faults of the kit there were."""
        self._tell("end", faults=faults)

    def _tell(self, event: str, **more: object) -> None:
        self._write(json.dumps({"event": event, **more}) + "\n")
