"""A watch: it checks on every save, the current step first, and tells its faces what it knows.

One thread, that of `run`, holds all that a watch knows. Other threads only put something into its queue: a save, a wish
of the learner, or what a run of checks has found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from grader.course import Course, Step
from grader.errors import KitError
from grader.learner import solution
from grader.results.moment import Moment
from grader.results.results import StepResult
from grader.text.shell import SERVE_PORT
from grader.watch.job import Job, Listener
from grader.watch.only_one import only_one
from grader.watch.rounds import Rounds
from grader.watch.running import RunningService
from grader.watch.saves import COMMITS, Saves
from grader.watch.snapshot import Failure, Snapshot, StepNow, rows
from grader.watch.standing import Standing

TICK = 0.5
"""Seconds after which the watch looks at the running service, when nothing else happens."""


@dataclass(frozen=True)
class _Event:
    """What another thread puts into the queue: what it is, and what belongs to it."""

    what: str
    job: Job | None = None
    step: StepResult | None = None
    moment: Moment | None = None
    paths: frozenset[str] = frozenset()


class Watch:
    """Watches one project. `run` blocks until `quit`; the other methods may be called from any thread, at any time.

    With a `step`, the watch stays at it until the learner leaves it. `port` is that of the learner's own service.
    Without `events`, the kit looks for saves every second, and waits for no event of the system.
    """

    def __init__(
        self, project: Path, course: Course, *, step: Step | None = None, port: int = SERVE_PORT, events: bool = True
    ) -> None:
        self._folder, self._course, self._events = project, course, events
        self._queue: SimpleQueue[_Event] = SimpleQueue()
        self._callbacks: list[Callable[[Snapshot], None]] = []
        self._standing = Standing(course, project, step)
        listener = Listener(
            decided=lambda job, step: self._queue.put(_Event("decided", job, step)),
            moment=lambda job, moment: self._queue.put(_Event("moment", job, moment=moment)),
            ended=lambda job: self._queue.put(_Event("ended", job)),
        )
        self._rounds = Rounds(course, project, self._standing, listener)
        self._service = RunningService(project, port)
        self._solution: str | None = None
        self._said = ""
        self._snapshot = self._look()

    def snapshot(self) -> Snapshot:
        """Return what the watch knows now."""
        return self._snapshot

    def subscribe(self, callback: Callable[[Snapshot], None]) -> None:
        """Call `callback` with each new snapshot, from the thread of `run`."""
        self._callbacks.append(callback)

    def rerun(self) -> None:
        """Check the current step again, as after a save."""
        self._queue.put(_Event("rerun"))

    def hint(self) -> None:
        """Show one more hint of the current step."""
        self._queue.put(_Event("hint"))

    def solution(self) -> None:
        """Show the reference's change for the current step if it has passed, else for the step that passed last.

        A second call hides it.
        """
        self._queue.put(_Event("solution"))

    def next(self) -> None:
        """Leave the current step for the next one. At the end of a stage, add the files of the next stage."""
        self._queue.put(_Event("next"))

    def quit(self) -> None:
        """End the watch. A signal handler may call it."""
        self._queue.put(_Event("quit"))

    def tell_again(self) -> None:
        """Tell the faces once more what the watch knows. A signal handler may call it."""
        self._queue.put(_Event("again"))

    def run(self) -> None:
        """Watch until `quit` is called. Whatever happens, everything that was started has ended afterwards.

        Raises UsageError when another watch looks after the project.
        """
        with only_one(self._folder):
            saves: Saves | None = None
            try:
                self._call_back()
                self._service.begin()
                saves = Saves(self._folder, self._save, events=self._events)
                self._begin()
                while (event := self._following()).what != "quit":
                    self._handle(event)
            finally:
                if saves is not None:
                    saves.close()
                self._service.close()
                self._rounds.close()

    def _save(self, paths: set[str]) -> None:
        self._queue.put(_Event("saved", paths=frozenset(paths)))

    def _begin(self) -> None:
        self._solution, self._said = None, ""
        self._rounds.begin()
        self._service.restart(self._rounds.has_verdict)
        self._tell()

    def _following(self) -> _Event:
        try:
            return self._queue.get(timeout=TICK)
        except Empty:
            return _Event("tick")

    def _handle(self, event: _Event) -> None:
        wishes = {
            "rerun": self._begin,
            "hint": self._hint,
            "solution": self._show_solution,
            "next": self._next,
            "again": self._call_back,
            "tick": self._rounds.tick,
        }
        if event.what in wishes:
            wishes[event.what]()
        elif event.job is None:
            self._saved(event.paths)
        elif event.step is not None:
            self._rounds.decide(event.job, event.step)
        elif event.moment is not None:
            self._rounds.hear(event.job, event.moment)
        elif self._rounds.end(event.job):
            self._service.restart(self._rounds.has_verdict)
        self._tell()

    def _saved(self, paths: frozenset[str]) -> None:
        if self._rounds.saved(paths, committed=not paths.isdisjoint(COMMITS)):
            self._solution, self._said = None, ""
            if not paths <= set(COMMITS):
                self._service.restart(self._rounds.has_verdict)

    def _hint(self) -> None:
        before, self._rounds.note = self._standing.hints, ""
        self._standing.one_more_hint()
        self._said = "" if self._standing.hints != before else f"That was the last hint of {self._standing.step.id}."

    def _show_solution(self) -> None:
        step = self._standing.step if self._standing.step.id in self._standing.passed else self._rounds.passed_last
        if step is None:
            self._said = "The solution of a step is shown after it has passed."
        elif self._solution is not None:
            self._solution = None
        else:
            try:
                self._solution = f"{step.id}  {step.title}\n\n{solution.of_step(self._course, step).text}"
            except KitError as error:
                self._said = str(error)

    def _next(self) -> None:
        before = self._standing.step
        said = self._standing.skip()
        if self._standing.step != before:
            self._begin()
        self._said = said

    def _tell(self) -> None:
        """Tell the faces what the watch knows, if that has changed."""
        now = self._look()
        if now != self._snapshot:
            self._snapshot = now
            self._call_back()

    def _call_back(self) -> None:
        for callback in self._callbacks:
            callback(self._snapshot)

    def _look(self) -> Snapshot:
        standing, rounds = self._standing, self._rounds
        return Snapshot(
            phase=rounds.phase,
            step=StepNow.of(standing.step),
            stages=rows(self._course, standing.outcomes),
            failure=Failure.of(rounds.failure) if rounds.failure else None,
            since=rounds.since,
            hints=standing.hints,
            hints_left=len(standing.step.hints) - len(standing.hints),
            solution=self._solution,
            service=self._service.now,
            problem=rounds.problem or self._service.problem,
            next_line=self._next_line(),
            checked_at=rounds.checked_at,
            doing=rounds.doing,
            verdict=rounds.verdict,
            note=self._said or rounds.note,
        )

    def _next_line(self) -> str:
        standing = self._standing
        if standing.is_done and not standing.is_pinned:
            following = standing.following_stage
            if following is None:
                return "Every step of the course has passed, bonus steps aside. See the whole report: kit grade ."
            return f"Stage {standing.step.stage} is passed. Press n for stage {following.id}, {following.title}."
        return f"Change your code and save: kit checks {standing.step.id} again."
