"""The rounds of a watch: which checks run after a save, and what their results mean for the learner.

A round checks the current step. When it passes, the round goes on to the steps after it, up to the first that doesn't
pass. Then it checks in the background what passed before. While the kit checks the current step, it is deaf for some
seconds: a save leads to one more round afterwards. A save ends all else that runs, and begins a new round at once.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from grader.course import Course, Step
from grader.results.moment import Moment
from grader.results.results import CheckResult, Outcome, RunResult, StepResult
from grader.results.scoring import lets_on
from grader.watch.job import Job, Kind, Listener
from grader.watch.meanwhile import Meanwhile
from grader.watch.processes import Processes
from grader.watch.snapshot import CHECKING, SETTLED, Since, changes
from grader.watch.standing import Standing

LONG = 5.0
"""Seconds after which a save ends the check of the current step, as when the service hangs; before, the kit is deaf."""
ASLEEP = 5.0
"""Seconds by which the clock on the wall runs ahead of the machine's own when the machine has slept in between."""
NO_SPACE = "The disk is full, so the kit can't check. Free some space, and save again."
FAULT = "A fault of the kit's own kept it from checking; r tries again:"
UNFIT = (Outcome.FAIL, Outcome.ERROR, Outcome.UNCLEAR)


class Rounds:
    """Runs one round after the other, in the background. All methods belong to one thread.

    The jobs call `listener` in threads of their own. Then the thread of the rounds has to call `decide`, `hear` and
    `end` with what the listener was given.
    """

    def __init__(self, course: Course, folder: Path, standing: Standing, listener: Listener) -> None:
        self._course, self._folder, self._standing = course, folder, standing
        self._listener = listener
        self._job: Job | None = None
        self._aborted: list[Job] = []
        self._processes = Processes()
        self._before = dict(standing.outcomes)
        self._meanwhile = Meanwhile()
        self._runs: list[RunResult] = []
        self._since = self._began = 0.0
        self._asks_others = False
        self._waits_for: Moment | None = None
        self.phase = CHECKING
        self.doing = ""
        self.verdict = ""
        self.failure: CheckResult | None = None
        self.since = Since()
        self.note = ""
        self.problem: str | None = None
        self.checked_at = 0.0
        self.passed_last: Step | None = None
        self.has_verdict = threading.Event()
        """Set when the round at hand has a verdict on the current step. Each round has its own."""

    def begin(self, *, asks_others: bool = False, goes_on: bool = False) -> None:
        """Begin a round with the current step, and end what runs. `asks_others`: check the other steps in any case.

        With `goes_on`, what has changed is still told since the beginning of the round before.
        """
        if self._job is not None:
            self._job.abort()
            self._aborted.append(self._job)
        if not goes_on:
            self._before, self.since = dict(self._standing.outcomes), Since()
        self._meanwhile.forget()
        self._asks_others = asks_others
        self.phase, self.verdict, self._runs = CHECKING, "", []
        self.note, self.problem = "", None
        self.has_verdict = threading.Event()
        self._start(Kind.CURRENT, [self._standing.step])

    def saved(self, paths: frozenset[str], *, committed: bool) -> bool:
        """Begin a round after a save, and return True; while the kit is deaf, remember the save and return False."""
        if self._job is not None and self._job.kind is Kind.CURRENT:
            self._meanwhile.add(paths)
            self._asks_others |= committed
            return time.monotonic() - self._since > LONG and self._goes_on()
        self._meanwhile.begin_anew()
        self.begin(asks_others=committed)
        return True

    def hear(self, job: Job, moment: Moment) -> None:
        """Hear what a run of checks waits for. Most waits are short, so it is told at the next `tick`."""
        if job is self._job and job.kind is not Kind.OTHERS:
            self._waits_for = moment

    def tick(self) -> None:
        """Tell what the run of checks waits for."""
        moment, job = self._waits_for, self._job
        if moment is None or job is None or job.kind is Kind.OTHERS:
            return
        limit = f", at most {moment.at_most:g} s" if moment.at_most else ""
        again = "second try: " if moment.again else ""
        wait = f": {again}{moment.what}{limit}" if moment.what else ""
        self.doing = f"checking {moment.step or job.steps[0].id}{wait}"

    def decide(self, job: Job, step: StepResult) -> None:
        """Take the verdict on a step as soon as it is certain, before the run has ended."""
        if job is not self._job or job.kind is Kind.OTHERS or not step.checks:
            return
        if step.id != self._standing.step.id and job.kind is Kind.CURRENT:
            return
        if step.outcome is Outcome.PASS or job.kind is Kind.CURRENT:
            self._standing.learn_step(step)
            self.since = changes(self._before, self._standing.outcomes)
        if job.kind is Kind.CURRENT:
            self.verdict, self.checked_at = step.outcome, time.time()
            self.failure = step.problem if step.outcome in UNFIT else None
            self.has_verdict.set()

    def end(self, job: Job) -> bool:
        """Take the result of a run that has ended, and go on. Return True when that began a new round."""
        assert job.found is not None
        self._standing.learn(job.found)
        self._keep(job)
        if job is not self._job:
            self._aborted = [one for one in self._aborted if one is not job]
            return False
        self._job, self.doing = None, ""
        self._runs.append(job.found)
        self.has_verdict.set()
        self.since = changes(self._before, self._standing.outcomes)
        if job.kind is Kind.CURRENT:
            return self._after_current(job.found)
        broken = _problem(job.found)
        if job.kind is Kind.ONWARD:
            self.checked_at, self.failure = time.time(), broken
            self._advance_past(job, job.found)
            self._ask_others()
            return False
        if broken is not None and self.failure is None:
            self.failure = broken
            self._standing.look_at(broken.step)
        self._settle()
        return False

    def close(self) -> None:
        """End everything that runs, and wait until it has ended."""
        if self._job is not None:
            self._job.abort()
            self._aborted.append(self._job)
        for job in self._aborted:
            job.join(15)
        self._processes.close()

    def _after_current(self, found: RunResult) -> bool:
        step = next((one for one in found.steps if one.id == self._standing.step.id), None)
        self.verdict = step.outcome if step is not None else Outcome.ERROR
        self.checked_at, self.failure = time.time(), _problem(found)
        if self._goes_on():
            return True
        if abs(time.time() - time.monotonic() - self._began) > ASLEEP:
            self.begin(asks_others=self._asks_others, goes_on=True)
            self.note = "The machine has slept meanwhile, so kit checks again."
            return True
        if step is None or not lets_on(step):
            self._ask_others() if self._asks_others else self._settle()
            return False
        self.passed_last = self._course.find_step(step.id)
        self._standing.advance()
        onward = [one for one in [self._standing.step, *self._standing.onward()] if one.id != step.id]
        if onward:
            self.phase = CHECKING
            self._start(Kind.ONWARD, onward)
        else:
            self._ask_others()
        return False

    def _goes_on(self) -> bool:
        """Begin one more round, if the learner has saved meanwhile."""
        again, said = self._meanwhile.needs_a_round()
        if again:
            self.begin(asks_others=self._asks_others, goes_on=True)
        self.note = said or self.note
        return again

    def _advance_past(self, job: Job, found: RunResult) -> None:
        """Make the first step that didn't pass the current one, or the last one of the stage."""
        asked = {step.id for step in job.steps}
        for step in found.steps:
            if step.id in asked and lets_on(step):
                self.passed_last = self._course.find_step(step.id)
                self._standing.look_at(step.id)
        self._standing.advance()
        self.verdict = self._standing.outcomes.get(self._standing.step.id, "")

    def _ask_others(self) -> None:
        """Check in the background the steps that passed before this round."""
        others = [step for step in self._standing.others() if step.id in self._before]
        if others:
            self.phase = SETTLED
            self._start(Kind.OTHERS, others)
            self.doing = "checking in the background what passed before"
        else:
            self._settle()

    def _settle(self) -> None:
        self.phase, self.doing = SETTLED, ""
        self.note = self._standing.tag(self._runs) or self.note
        self._processes.prepare(self._standing.step.stage)

    def _start(self, kind: Kind, steps: Sequence[Step]) -> None:
        self._since = time.monotonic()
        self._began = time.time() - self._since
        self.doing, self._waits_for = f"checking {steps[0].id}", None
        self._job = Job(
            self._course,
            self._folder,
            kind=kind,
            steps=steps,
            known=self._standing.passed,
            session=self._processes.take(self._standing.step.stage),
            listener=self._listener,
        )

    def _keep(self, job: Job) -> None:
        found = job.found
        assert found is not None
        if job.fault is not None:
            self.problem = _said(job.fault)
        elif found.faults:
            said = found.faults[0].strip()
            self.problem = NO_SPACE if "No space left on device" in said else f"{FAULT} {said.splitlines()[-1]}"
        if found.steps:
            self.problem = self._standing.keep(found) or self.problem


def _problem(found: RunResult) -> CheckResult | None:
    return next((step.problem for step in found.steps if step.outcome in UNFIT and step.problem), None)


def _said(fault: Exception) -> str:
    if isinstance(fault, OSError) and fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        return NO_SPACE
    return f"{FAULT} {type(fault).__name__}: {fault}"
