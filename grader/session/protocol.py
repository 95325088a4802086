"""The protocol between the command and the process in which checks run: a job, then events, as lines of JSON."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from grader.results.held import Held
from grader.results.moment import Moment
from grader.results.results import CheckResult, Outcome
from grader.system.seal import Seal, new_key


@dataclass(frozen=True)
class Job:
    """What the process in which checks run has to do.

    `stop` and `brief` are for the schedule.
    `exercises` and `folder` are the absolute paths of the course and of the project. `steps` and `known` are ids of
    steps. `only` is the name of a check function, or empty for all. `load` is `none`, `quick` or `full`. `closing_load`
    says that the service is put under load once more after the checks.
    With `setup`, the checks run on a copy of the folder, in which `setup` has run. `key` is for the seal of each event.
    """

    folder: str
    exercises: str
    steps: tuple[str, ...]
    seed: int
    stop: bool = False
    brief: bool = False
    hold: bool = False
    memory: bool = True
    load: str = "none"
    closing_load: bool = False
    known: tuple[str, ...] = ()
    only: str = ""
    setup: bool = False
    key: str = field(default_factory=new_key, repr=False)

    def line(self) -> bytes:
        """Write the job as one line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Read a job from the line that `line` wrote."""
        values = json.loads(line)
        return cls(**{**values, "steps": tuple(values["steps"]), "known": tuple(values["known"])})


@dataclass
class Told:
    """The events so far: how many checks each step has, what they found, the load, and the faults of the kit."""

    plan: dict[str, int] = field(default_factory=dict)
    checks: list[CheckResult] = field(default_factory=list)
    load: list[dict[str, Any]] = field(default_factory=list)
    load_note: str = ""
    faults: list[str] = field(default_factory=list)
    ended: bool = False

    def hear(self, line: str) -> CheckResult | Held | Moment | None:
        """Read one event and keep it. Return it if it is shown at once: a check's result, a held failure, a moment."""
        message = json.loads(line)
        match message.pop("event"):
            case "plan":
                self.plan = message["steps"]
            case "check":
                self.checks.append(CheckResult.read(message))
                return self.checks[-1]
            case "moment":
                return Moment(**message)
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
        """Return an `error` for each step of which a fault kept some checks from running, as it hasn't passed."""
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
    """Reports events to the command. It calls `write` with one line of JSON for each, under the seal of the job."""

    def __init__(self, write: Any, key: str) -> None:
        self._write = write
        self._seal = Seal(key)
        self._lock = threading.Lock()

    def plan(self, steps: Mapping[str, int]) -> None:
        """Report how many checks each step has."""
        self._send("plan", steps=dict(steps))

    def check(self, found: CheckResult) -> None:
        """Report what a check found."""
        self._send("check", **asdict(found))

    def moment(self, moment: Moment) -> None:
        """Report what the run does at this moment."""
        self._send("moment", **asdict(moment))

    def held(self, held: Held) -> None:
        """Report a failure that is held until the command sends a line."""
        self._send("held", **held.told())

    def load(self, values: Mapping[str, Any]) -> None:
        """Report what the kit measured under load."""
        self._send("load", **values)

    def no_load(self, reason: str) -> None:
        """Report why the kit did not put the service under load."""
        self._send("no_load", reason=reason)

    def end(self, faults: list[str]) -> None:
        """Report that no more events follow, and which faults of the kit there were."""
        self._send("end", faults=faults)

    def _send(self, event: str, **more: object) -> None:
        with self._lock:
            self._write(self._seal.close(json.dumps({"event": event, **more})) + "\n")
