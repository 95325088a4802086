"""Runs checks on one project: starts the process in which they run, listens to it, and survives its end."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from grader import course
from grader.course import Step
from grader.errors import ProjectError
from grader.project import config
from grader.results.held import Held
from grader.results.results import CheckResult, Outcome, StageResult, StepResult, judge
from grader.system import ports, process_tree, scratch

FIRST_WITH_SERVER = "1.2"
WITHOUT_SERVICE_FILE = ("1.1", FIRST_WITH_SERVER)
PATIENCE = 10.0
"""How long the process of the checks may take to clean up, in seconds."""

Listener = Callable[[CheckResult], None]


@dataclass(frozen=True)
class RunResult:
    """Everything that one run of checks found; `seed` repeats what was drawn at random."""

    stages: tuple[StageResult, ...]
    seed: int
    faults: tuple[str, ...] = ()
    load: tuple[dict[str, Any], ...] = ()
    load_note: str = ""

    @property
    def problem(self) -> CheckResult | None:
        """The check behind the first step that did not pass and isn't just explained by another."""
        for stage in self.stages:
            for step in stage.steps:
                if step.outcome not in (Outcome.PASS, Outcome.SKIP):
                    return step.problem
        return None


def run(
    folder: Path,
    steps: Sequence[Step],
    *,
    stop: bool = False,
    seed: int | None = None,
    memory: bool = True,
    load: str = "none",
    known: Collection[str] = (),
    listener: Listener = lambda _found: None,
    hold: Callable[[Held], None] | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> RunResult:
    """Run the checks of `steps` on the project in `folder`, and judge them.

    With `stop`, nothing later than the first step that doesn't pass is run or judged. `listener` hears of each
    check as it ends. `hold` is called at the first check that fails, with everything that it used still up; that is
    taken down when it returns. `load` (`none`, `quick` or `full`) says how long the service is put under load
    afterwards, where it answers at all; `meanwhile` is done while the project starts. A service.toml that can't be
    used fails step 1.2 and leaves 1.1 to be checked. Faults of the kit make the steps that they concern an `error`.
    What runs that were killed left behind is removed first. Steps that are `known` to have passed before are only
    checked again when another fails, as they may explain it.
    """
    _sweep()
    chosen = random.SystemRandom().randrange(10_000) if seed is None else seed
    runnable = steps
    try:
        config.read(folder)
    except ProjectError:
        steps = _without_service_file(steps)
        runnable = [step for step in steps if step.id in WITHOUT_SERVICE_FILE]
    job = {
        "folder": str(folder.resolve()),
        "exercises": str(course.EXERCISES),
        "steps": [step.id for step in runnable],
        "stop": stop,
        "seed": chosen,
        "hold": hold is not None,
        "memory": memory,
        "load": load,
        "known": [step.id for step in runnable if step.id in known],
    }
    with _session(job) as heard:
        meanwhile()
        told = _listen(heard, listener, hold)
    judged = _judge(steps, [*told.checks, *_not_told(told)], known, stop=stop)
    return RunResult(judged, chosen, tuple(told.faults), tuple(told.load), told.load_note)


@dataclass
class _Told:
    """What the other process said, sorted."""

    plan: dict[str, int] = field(default_factory=dict)
    checks: list[CheckResult] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    load: list[dict[str, Any]] = field(default_factory=list)
    load_note: str = ""


@dataclass
class _Heard:
    """What the other process says, and what is known about it."""

    lines: TextIO
    process: subprocess.Popen[bytes]
    complaints: Any
    ended: bool = False

    def write(self, line: bytes) -> None:
        """Write a line to its standard input; raises BrokenPipeError when it is gone."""
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()


@contextlib.contextmanager
def _session(job: dict[str, Any]) -> Iterator[_Heard]:
    """Give a job to the process of the checks, and leave nothing of that process, however this ends."""
    before = set(process_tree.descendants(os.getpid()))
    heard = _warm.pop() if _warm else _start()
    with heard.complaints, heard.lines:
        try:
            heard.write(json.dumps(job).encode() + b"\n")
            yield heard
        finally:
            _finish(heard, before)


def warm_up() -> None:
    """Start the process of the checks before the job is known, so that its imports and ours happen at the same time."""
    _warm.append(_start())


def _start() -> _Heard:
    process_tree.adopt_orphans()
    reading, writing = os.pipe()
    complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed where the session ends
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", "from grader.session.__main__ import main; main()", str(writing)],
        stdin=subprocess.PIPE,
        stdout=complaints,
        stderr=complaints,
        pass_fds=[writing],
        start_new_session=True,
    )
    os.close(writing)
    return _Heard(os.fdopen(reading, encoding="utf-8"), process, complaints)


_warm: list[_Heard] = []


def _listen(heard: _Heard, listener: Listener, hold: Callable[[Held], None] | None) -> _Told:
    told = _Told()
    for line in heard.lines:
        if not line.endswith("\n"):
            break  # it was killed in the middle of a word
        message = json.loads(line)
        event = message.pop("event")
        if event == "plan":
            told.plan = message["steps"]
        elif event == "check":
            told.checks.append(CheckResult.read(message))
            listener(told.checks[-1])
        elif event == "held" and hold is not None:
            hold(Held.read(**message))
            with contextlib.suppress(BrokenPipeError):
                heard.write(b"\n")
        elif event == "load":
            told.load.append(message)
        elif event == "no_load":
            told.load_note = message["reason"]
        elif event == "end":
            told.faults = message["faults"]
            heard.ended = True
            return told
    _wait(heard.process)
    heard.complaints.seek(0)
    said = heard.complaints.read().decode("utf-8", "replace").strip()[-4000:]
    told.faults = [f"The process of the checks ended early (status {heard.process.returncode}).\n{said}".strip()]
    return told


def _not_told(told: _Told) -> list[CheckResult]:
    """Make up for checks that were planned and not run because of a fault: their steps must not count as passed."""
    found = Counter(check.step for check in told.checks)
    return [
        CheckResult(
            step=step,
            id="",
            sentence="Every check of this step is run.",
            outcome=Outcome.ERROR,
            clause="",
            expected=f"{planned} checks",
            actual=f"only {found[step]} of them",
            log=told.faults[0],
        )
        for step, planned in told.plan.items()
        if told.faults and 0 < found[step] < planned
    ]


def _finish(heard: _Heard, before: set[int]) -> None:
    """Let the process clean up after itself; what is left when it can't is ended here."""
    process = heard.process
    assert process.stdin is not None
    if heard.ended:
        _wait(process)
    process.stdin.close()
    _wait(process)
    process.kill()
    if process.wait():
        process_tree.kill_all(lambda: set(process_tree.descendants(os.getpid())) - before)
        _sweep()


def _wait(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)


def _sweep() -> None:
    scratch.sweep()
    ports.sweep()


def _judge(
    steps: Sequence[Step], checks: list[CheckResult], known: Collection[str], *, stop: bool
) -> tuple[StageResult, ...]:
    judged = judge(course.split(steps), checks, known)
    if not stop:
        return judged
    kept: list[StageResult] = []
    for stage in judged:
        ends = next((n for n, step in enumerate(stage.steps, 1) if not _lets_on(step)), None)
        kept.append(StageResult(stage.id, stage.title, stage.steps[:ends]))
        if ends is not None:
            break
    return tuple(kept)


def _lets_on(step: StepResult) -> bool:
    """Tell whether a learner goes on to the next step: what only this machine can't check is no obstacle."""
    return step.outcome is Outcome.PASS or (step.outcome is Outcome.NOT_CHECKED and step.because == "machine")


def _without_service_file(steps: Sequence[Step]) -> list[Step]:
    """Let 1.2 explain everything that needs a service.toml, whether or not it was asked for."""
    asked = {step.id for step in steps}
    listed = [step for step in course.all_steps() if step.id in asked or step.id == FIRST_WITH_SERVER]
    return [step if step.id in WITHOUT_SERVICE_FILE else replace(step, needs=(FIRST_WITH_SERVER,)) for step in listed]
