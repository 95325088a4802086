"""Runs the checks of one project: starts a process for them, reads its reports, and cleans up when it dies."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course import Course, ServiceFile, Stage, Step
from grader.errors import ProjectError
from grader.harness.load_level import LoadLevel
from grader.project import config
from grader.results.held import Held
from grader.results.moment import Moment
from grader.results.results import CheckResult, RunResult, StepResult
from grader.results.scoring import judge, up_to_the_first_obstacle
from grader.session.process import Session, sweep
from grader.session.protocol import Job, Told
from grader.session.stopped import killed_when_stopped
from grader.session.unfolding import Unfolding
from grader.system.seal import Forged, Seal

FORGED = "A result came that the checks didn't write. A program on this machine tries to write results itself."

Listener = Callable[[CheckResult], None]


@dataclass(frozen=True)
class _Listeners:
    """What is called while a run goes on; `run` explains each."""

    meanwhile: Callable[[], None]
    check: Listener
    step: Callable[[Stage, StepResult], None]
    moment: Callable[[Moment], None]
    hold: Callable[[Held], None] | None


def run(
    course: Course,
    folder: Path,
    steps: Sequence[Step],
    *,
    stop: bool = False,
    brief: bool = False,
    seed: int | None = None,
    memory: bool = True,
    load: str = "none",
    closing_load: bool = False,
    known: Collection[str] = (),
    only: str = "",
    setup: bool = False,
    session: Session | None = None,
    listener: Listener = lambda _found: None,
    decided: Callable[[Stage, StepResult], None] = lambda _stage, _step: None,
    moment: Callable[[Moment], None] = lambda _moment: None,
    hold: Callable[[Held], None] | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> RunResult:
    """Run the checks of `steps` on the project in `folder`, and judge them.

    With `stop`, no step after the first that doesn't pass is run or judged. With `brief`, no check of a step is run
    after one that failed. `known` are ids of steps that passed before: such a step is checked again only when it may
    explain why another fails. `only` is the name of the one check function to run, or empty for all. `load` (`none`,
    `quick` or `full`) says how much load the steps that need it put on the service; `none` leaves them out. With
    `closing_load`, the kit puts the service under load after the checks too, if the service answers at all. With
    `setup`, the checks run on a copy of the folder, in which the project's `setup` has run. `session` is a process for
    the checks that was started before.

    `listener` gets the result of each check when the check ends, `decided` each step whose result is certain, in course
    order, and `moment` what the run waits for. `hold` is called at the first check that fails; the programs that the
    check used run until `hold` returns. `meanwhile` is called while the project starts.

    A service.toml that can't be used fails the step that explains the file. Steps that don't need the file are checked
    all the same. A fault of the kit makes the steps that it concerns an `error`. While the project starts, the kit
    removes what killed runs have left behind.
    """
    chosen = random.SystemRandom().randrange(10_000) if seed is None else seed
    runnable = steps
    try:
        config.read(folder)
    except ProjectError:
        steps = _without_service_file(course, steps)
        # The step that explains the file is asked now, though it passed before.
        known = {step.id for step in steps if step.id in known and step.service_file is not ServiceFile.EXPLAINED}
        runnable = [step for step in steps if step.service_file is not ServiceFile.NEEDED]
    job = Job(
        folder=str(folder.resolve()),
        exercises=str(course.exercises.resolve()),
        steps=tuple(step.id for step in runnable),
        stop=stop,
        brief=brief,
        seed=chosen,
        hold=hold is not None,
        memory=memory,
        load=load,
        closing_load=closing_load,
        known=tuple(step.id for step in runnable if step.id in known),
        only=only,
        setup=setup,
    )
    without_load = load == LoadLevel.NONE
    unfolding = Unfolding(course, steps, known, stop=stop, without_load=without_load)
    listeners = _Listeners(meanwhile, listener, decided, moment, hold)
    with _reported(job, session, listeners, unfolding) as events:
        checks = [*events.checks, *events.missing()]
        judged = judge(course.split(steps), checks, known, without_load=without_load)
    if stop:
        judged = up_to_the_first_obstacle(judged)
    return RunResult(judged, chosen, tuple(events.faults), tuple(events.load), events.load_note)


@contextlib.contextmanager
def _reported(job: Job, session: Session | None, listeners: _Listeners, unfolding: Unfolding) -> Iterator[Told]:
    """Give a job to the process of a session, end the process in any case, and yield the events that it reported."""
    active, events = session or Session(), Told()
    try:
        active.write(job.line())
        sweep()
        listeners.meanwhile()
        with killed_when_stopped(active.process):
            _listen(active, Seal(job.key), events, listeners, unfolding)
    finally:
        active.finish(ended=events.ended)
    yield events


def _listen(session: Session, seal: Seal, events: Told, listeners: _Listeners, unfolding: Unfolding) -> None:
    for line in session.lines:
        if not line.endswith("\n"):
            break  # the process was killed while it wrote this line
        try:
            found = events.hear(seal.open(line))
        except Forged:
            events.faults = [FORGED]
            return
        if isinstance(found, Moment):
            listeners.moment(found)
        elif isinstance(found, CheckResult):
            listeners.check(found)
            for stage, step in unfolding.new(events):
                listeners.step(stage, step)
        elif found is not None and listeners.hold is not None:
            listeners.hold(found)
            with contextlib.suppress(BrokenPipeError):
                session.write(b"\n")
        if events.ended:
            return
    session.wait()
    session.complaints.seek(0)
    output = session.complaints.read().decode("utf-8", "replace").strip()[-4000:]
    events.faults = [f"The process of the checks ended early (status {session.process.returncode}).\n{output}".strip()]


def _without_service_file(course: Course, steps: Sequence[Step]) -> list[Step]:
    """Make steps that need service.toml need the step that explains the file; add that step if it is absent."""
    explaining = next((step for step in course.steps if step.service_file is ServiceFile.EXPLAINED), None)
    if explaining is None:
        return list(steps)
    asked = {step.id for step in steps} | {explaining.id}
    listed = [step for step in course.steps if step.id in asked]
    return [
        replace(step, needs=(explaining.id,)) if step.service_file is ServiceFile.NEEDED else step for step in listed
    ]
