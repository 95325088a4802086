"""Runs checks on one project: starts the process in which they run, listens to it, and survives its end."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from grader.course import Course, ServiceFile, Step
from grader.errors import ProjectError
from grader.project import config
from grader.results.held import Held
from grader.results.results import CheckResult, RunResult
from grader.results.scoring import judge, up_to_the_first_obstacle
from grader.session.protocol import Job, Told
from grader.system import ports, process_tree, scratch

PATIENCE = 10.0
"""How long the process of the checks may take to clean up, in seconds."""
MARK = "KIT_SESSION"
"""The environment variable that tells the process of one run's checks from that of another."""

Listener = Callable[[CheckResult], None]


class Session:
    """The process of the checks: started before its job is known, so that its imports cost nobody time.

    A session that never gets a job ends with the process that started it.
    """

    def __init__(self) -> None:
        process_tree.adopt_orphans()
        self._before = set(process_tree.descendants(os.getpid()))
        self.mark = f"{MARK}={os.getpid()}-{os.urandom(8).hex()}"
        self.complaints: Any = tempfile.TemporaryFile()  # noqa: SIM115 - closed where the session ends
        name, value = self.mark.split("=")
        reading, writing = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", "from grader.session.__main__ import main; main()", str(writing)],
            stdin=subprocess.PIPE,
            stdout=self.complaints,
            stderr=self.complaints,
            env={**os.environ, name: value},
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        self.lines: TextIO = os.fdopen(reading, encoding="utf-8")

    def write(self, line: bytes) -> None:
        """Write a line to its standard input; raises BrokenPipeError when it is gone."""
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def finish(self, *, ended: bool) -> None:
        """Let the process clean up after itself; what is left when it can't is ended here."""
        assert self.process.stdin is not None
        if ended:
            self.wait()
        self.process.stdin.close()
        self.wait()
        self.process.kill()
        if self.process.wait():
            process_tree.kill_all(self._left_behind)
            _sweep()
        self.lines.close()
        self.complaints.close()

    def wait(self) -> None:
        """Wait for the end, but not without end."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)

    def _left_behind(self) -> set[int]:
        """Find what came under this process since the session began, but for other sessions and what is theirs."""
        below = set(process_tree.descendants(os.getpid())) - self._before
        others = set(process_tree.carrying_name(MARK, below)) - set(process_tree.carrying(self.mark, below))
        return below - others - set(process_tree.descendants(*others))


def run(
    course: Course,
    folder: Path,
    steps: Sequence[Step],
    *,
    stop: bool = False,
    seed: int | None = None,
    memory: bool = True,
    load: str = "none",
    known: Collection[str] = (),
    only: str = "",
    session: Session | None = None,
    listener: Listener = lambda _found: None,
    hold: Callable[[Held], None] | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> RunResult:
    """Run the checks of `steps` on the project in `folder`, and judge them.

    With `stop`, nothing later than the first step that doesn't pass is run or judged. `listener` hears of each
    check as it ends. `hold` is called at the first check that fails, with everything that it used still up; that is
    taken down when it returns. `load` (`none`, `quick` or `full`) says how long the service is put under load
    afterwards, where it answers at all; `meanwhile` is done while the project starts. `only` names the check functions
    to run, where it isn't all of them. `session` is a process of the checks that was started before.

    A service.toml that can't be used fails the step that explains it and leaves those to be checked that don't need
    it. Faults of the kit make the steps that they concern an `error`. What runs that were killed left behind is
    removed first. Steps that are `known` to have passed before are only checked again when another fails, as they may
    explain it.
    """
    _sweep()
    chosen = random.SystemRandom().randrange(10_000) if seed is None else seed
    runnable = steps
    try:
        config.read(folder)
    except ProjectError:
        steps = _without_service_file(course, steps)
        runnable = [step for step in steps if step.service_file is not ServiceFile.NEEDED]
    job = Job(
        folder=str(folder.resolve()),
        exercises=str(course.exercises.resolve()),
        steps=tuple(step.id for step in runnable),
        stop=stop,
        seed=chosen,
        hold=hold is not None,
        memory=memory,
        load=load,
        known=tuple(step.id for step in runnable if step.id in known),
        only=only,
    )
    with _told(job, session, listener, hold, meanwhile) as told:
        judged = judge(course.split(steps), [*told.checks, *told.missing()], known)
    if stop:
        judged = up_to_the_first_obstacle(judged)
    return RunResult(judged, chosen, tuple(told.faults), tuple(told.load), told.load_note)


@contextlib.contextmanager
def _told(
    job: Job,
    session: Session | None,
    listener: Listener,
    hold: Callable[[Held], None] | None,
    meanwhile: Callable[[], None],
) -> Iterator[Told]:
    """Give a job to a process of the checks, yield what it told, and leave nothing of it, however this ends."""
    talking, told = session or Session(), Told()
    try:
        talking.write(job.line())
        meanwhile()
        _listen(talking, told, listener, hold)
    finally:
        talking.finish(ended=told.ended)
    yield told


def _listen(session: Session, told: Told, listener: Listener, hold: Callable[[Held], None] | None) -> None:
    for line in session.lines:
        if not line.endswith("\n"):
            break  # it was killed in the middle of a word
        heard = told.hear(line)
        if isinstance(heard, CheckResult):
            listener(heard)
        elif heard is not None and hold is not None:
            hold(heard)
            with contextlib.suppress(BrokenPipeError):
                session.write(b"\n")
        if told.ended:
            return
    session.wait()
    session.complaints.seek(0)
    said = session.complaints.read().decode("utf-8", "replace").strip()[-4000:]
    told.faults = [f"The process of the checks ended early (status {session.process.returncode}).\n{said}".strip()]


def _sweep() -> None:
    scratch.sweep()
    ports.sweep()


def _without_service_file(course: Course, steps: Sequence[Step]) -> list[Step]:
    """Let the step that explains service.toml be needed by all that need the file, whether or not it was asked for."""
    explaining = next((step for step in course.steps if step.service_file is ServiceFile.EXPLAINED), None)
    if explaining is None:
        return list(steps)
    asked = {step.id for step in steps} | {explaining.id}
    listed = [step for step in course.steps if step.id in asked]
    return [
        replace(step, needs=(explaining.id,)) if step.service_file is ServiceFile.NEEDED else step for step in listed
    ]
