"""Runs the checks of a project in the order of the course, each step alone, and shuffled, and compares the outcomes.

No verdict may hang on which checks ran before. `python -m tests.orders 2.1/texts-are-unique 02/uuids` runs these cases
through every step of their stage; without names, it takes the solutions.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from grader import course
from grader.course import Step
from grader.session import runner
from grader.session.__main__ import main as run_checks
from grader.session.process import Session
from grader.session.schedule import Planned, Schedule
from grader.system.resources import Resources
from tests import cases, matrix
from tests.real_course import COURSE, SEED

ENTRY = "import sys; sys.path.insert(0, {root!r}); from tests import orders; orders.run_in_order({shuffled})"
"""What the process of the checks does here: the same as ever, with another order."""

Found = TypeVar("Found")

Outcomes = dict[tuple[str, str], str]
"""The outcome of each check, by its step and its name."""


class InCourseOrder(Schedule):
    """Wants every check, whatever the others found, so that each has an outcome to compare."""

    def wants(self, check: Planned) -> bool:  # noqa: ARG002 - every check is wanted
        return True


class Shuffled(InCourseOrder):
    """Wants every check, in an order that mixes the steps, the same one each time."""

    def plan(self, checks: Sequence[Planned]) -> dict[str, int]:
        planned = super().plan(checks)
        self.checks = tuple(random.Random(SEED).sample(self.checks, len(self.checks)))
        return planned


def run_in_order(shuffled: bool) -> None:
    """Run the checks in the process of a session."""
    run_checks(Shuffled if shuffled else InCourseOrder)


def in_one_run(folder: Path, steps: Sequence[Step], *, shuffled: bool = False) -> Outcomes:
    """Run all checks of some steps in one run, and return their outcomes."""
    session = Session(ENTRY.format(root=str(course.ROOT), shuffled=shuffled))
    findings = runner.run(COURSE, folder, steps, seed=SEED, session=session)
    assert findings.faults == ()
    results = [step for stage in findings.stages for step in stage.steps]
    return {(step.id, check.id): str(check.outcome) for step in results for check in step.checks}


def each_alone(folder: Path, steps: Iterable[Step]) -> Outcomes:
    """Run each step for itself, and return the outcomes of all."""
    found: Outcomes = {}
    for step in steps:
        found |= in_one_run(folder, [step])
    return found


def differences(folder: Path, steps: Sequence[Step], *, alone: Sequence[Step]) -> list[str]:
    """List the checks whose outcome hangs on the order. Only the steps in `alone` are run each for itself, too."""
    usual = in_one_run(folder, steps)
    ways = {"shuffled": in_one_run(folder, steps, shuffled=True), "alone": each_alone(folder, alone)}
    return [
        f"{' '.join(check)}: {usual.get(check)} in the order of the course, {outcome} {way}"
        for way, found in ways.items()
        for check, outcome in found.items()
        if outcome != usual.get(check)
    ]


def on_project(name: str, act: Callable[[Path], Found]) -> Found:
    """Build the project of a case, or copy a solution, call `act` with its folder, and remove it."""
    resources = Resources()
    try:
        return act(cases.build(_case(name), resources.fresh("project")))
    finally:
        resources.close()


def _case(name: str) -> cases.Case:
    """Find a case by its name. The name of a solution stands for the solution without an edit."""
    known = {case.name: case for case in matrix.all_cases()}
    if name in known:
        return known[name]
    any_case = next(case for case in known.values() if case.solution == name)
    return replace(any_case, edits=(), prepare=())


def main() -> int:
    """Compare the orders for the cases that are named, through every step of their stage."""
    names = sys.argv[1:] or [stage.solution.name for stage in COURSE.stages if stage.solution.is_dir()]
    found = []
    for name in names:
        stage = COURSE.find_stage(_case(name).solution or _case(name).stage)
        wrong = on_project(name, lambda folder, steps=stage.steps: differences(folder, steps, alone=steps))
        print(f"{name}: {len(wrong)} checks hang on the order", *wrong, sep="\n    ", flush=True)
        found += wrong
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
