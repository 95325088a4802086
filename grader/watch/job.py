"""One run of checks in the background of a watch. It can be ended at any moment."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from grader.course import Course, Stage, Step
from grader.results.moment import Moment
from grader.results.results import RunResult, StageResult, StepResult
from grader.session import runner
from grader.session.process import Session


class Kind(Enum):
    """What a run of checks is for: the step at hand, the steps after it, or the steps that passed before."""

    CURRENT = "current"
    ONWARD = "onward"
    OTHERS = "others"


@dataclass(frozen=True)
class Listener:
    """What a job calls in its own thread: `decided` with each certain result, `moment` with each wait, `ended` last."""

    decided: Callable[[Job, StepResult], None]
    moment: Callable[[Job, Moment], None]
    ended: Callable[[Job], None]


class Job:
    """Runs the checks of some steps in a thread. At the end, `found` is the result, and `fault` an obstacle of the kit.

    `known` are the ids of steps that passed before.
    """

    def __init__(
        self,
        course: Course,
        folder: Path,
        *,
        kind: Kind,
        steps: Sequence[Step],
        known: set[str],
        session: Session,
        listener: Listener,
    ) -> None:
        self.kind = kind
        self.steps = list(steps)
        self.found: RunResult | None = None
        self.fault: Exception | None = None
        self.is_aborted = False
        self._course = course
        self._folder = folder
        self._known = known - {step.id for step in steps}
        self._session = session
        self._told: list[tuple[Stage, StepResult]] = []
        self._listener = listener
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def abort(self) -> None:
        """End the run now. What was decided until then stays the result."""
        self.is_aborted = True
        with contextlib.suppress(OSError):
            self._session.process.terminate()

    def join(self, seconds: float) -> None:
        """Wait until the thread has ended, with all that the run has started."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            found = runner.run(
                self._course,
                self._folder,
                self._course.with_needs(self.steps),
                stop=self.kind is Kind.ONWARD,
                brief=True,
                load="none" if self.kind is Kind.OTHERS else "quick",
                known=self._known,
                session=self._session,
                decided=self._hear,
                moment=lambda moment: self._listener.moment(self, moment),
            )
            self.found = self._so_far() if self.is_aborted else found
        except Exception as error:  # noqa: BLE001 - the watch says what happened, and goes on
            self.found, self.fault = self._so_far(), error
        self._listener.ended(self)

    def _hear(self, stage: Stage, step: StepResult) -> None:
        self._told.append((stage, step))
        self._listener.decided(self, step)

    def _so_far(self) -> RunResult:
        stages = {stage.id: stage for stage, _ in self._told}
        return RunResult(
            tuple(
                StageResult(stage.id, stage.title, tuple(step for of, step in self._told if of.id == stage.id))
                for stage in stages.values()
            ),
            seed=0,
        )
