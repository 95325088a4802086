"""Runs cases through the checks: what `make test` does in part, `make matrix` in full, `make repeat` many times."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from grader.course import Step
from grader.harness.load_level import LoadLevel
from grader.results.results import Outcome, RunResult
from grader.session import runner
from grader.system.resources import Resources
from tests import cases, sides
from tests.cases import Case
from tests.plugin import use_the_environment_of_projects
from tests.real_course import COURSE, OWN_WORK
from tests.record import Verdict, record
from tests.share import WHOLE, Share, tries_of

HERE = Path(__file__).resolve().parent
MISTAKES = HERE / "mistakes"
VARIANTS = HERE / "variants"
RECORD = HERE / "matrix.md"


def all_cases() -> list[Case]:
    """Read every mistake and every variant."""
    return [*cases.read_all(MISTAKES), *cases.read_all(VARIANTS)]


def is_quick(case: Case) -> bool:
    """Tell whether `make test` runs a case: the mistakes of stage 1, listed ones, whole projects, and large effects.

    Of what takes long, it runs a fixed share: of the mistakes in a step that asks an earlier stage once more, half;
    of the variants of later stages that are made by edits, a twelfth. A whole project is left out where the same one,
    grown, comes again in a later stage.

    Of the mistakes in steps that need load, it runs those with a large effect, as other tests run beside them.
    A variant that differs only under load has nothing to run here. `make matrix` runs every case.
    """
    if case.step is None:
        return bool(steps_to_test(case)) and _is_quick_variant(case)
    step = COURSE.find_step(case.step)
    if case.large or step.needs_load:
        return case.large
    if step.repeats and not is_in_share(case, 2):
        return False
    return bool(case.ids) or case.stage == "01"


def _is_quick_variant(case: Case) -> bool:
    if case.stage == "01":
        return bool(case.ids) or case.solution is None
    if case.solution is None:
        return not any((place / case.name.partition("/")[2]).is_dir() for place in _later_variants(case.stage))
    return bool(case.ids) and is_in_share(case, 12)


def _later_variants(stage: str) -> list[Path]:
    return [place for place in VARIANTS.iterdir() if place.name > stage]


def is_in_share(case: Case, parts: int) -> bool:
    """Tell whether a case is in a fixed share of all: one of so many parts."""
    return crc32(case.name.encode()) % parts == 0


def steps_to_test(case: Case) -> tuple[Step, ...]:
    """Choose the steps that `make test` runs: of a mistake its own step, and those that this step asks once more.

    That no other step fails, not even one that its step needs, is for `make matrix` to say. Of a variant it runs the
    steps of its own stage. A variant that is made by edits leaves out two kinds of them: those that look only at
    a side which it leaves as the solution has it, as the solution passes them; and, for some variants, always
    the same ones, the slow steps. No variant is put under load.
    """
    if case.step is not None:
        own = COURSE.find_step(case.step)
        return tuple(step for step in COURSE.with_needs([own]) if step.id == own.id or step.stage == own.repeats)
    steps = [step for step in COURSE.find_stage(case.stage).steps if not step.needs_load and step.id not in OWN_WORK]
    if case.solution is None:
        return tuple(steps)
    return tuple(step for step in _of_its_sides(case, steps) if runs_slow_steps(case) or not step.slow)


def runs_slow_steps(case: Case) -> bool:
    """Tell whether `make test` runs the slow steps of a variant that is made by edits: of a fixed part of them."""
    return not is_in_share(case, 8)


def steps_to_repeat(case: Case) -> tuple[Step, ...]:
    """Choose the steps that `make repeat` runs: a mistake's own; a variant's that look at what it touches.

    Those of earlier stages that they need are left out: they are repeated with the cases of their own stage. Where
    a mistake's own step asks them once more, they stay.
    """
    if case.step is not None:
        own = COURSE.find_step(case.step)
        return tuple(step for step in COURSE.with_needs([own]) if step.stage in (own.stage, own.repeats))
    asked = COURSE.with_needs(
        _of_its_sides(case, [one for one in COURSE.find_stage(case.stage).steps if one.id not in OWN_WORK])
    )
    return tuple(step for step in asked if step.stage == case.stage)


def up_to(case: Case) -> tuple[Step, ...]:
    """List the steps that `make matrix` runs: those of the stage that the case's project is at, and of all before it.

    A step that looks only at a side which the case leaves as the solution has it is left out: the solution passes it.
    """
    last = case.solution[:2] if case.solution else case.stage
    own = OWN_WORK - {case.step}
    return _of_its_sides(case, [step for step in COURSE.steps if step.stage <= last and step.id not in own])


def _of_its_sides(case: Case, steps: Sequence[Step]) -> tuple[Step, ...]:
    touched = sides.touched(case)
    return tuple(step for step in steps if touched & sides.looked_at(step))


def judge(
    case: Case, steps: Sequence[Step], seed: int | None = None, *, stop: bool = False
) -> tuple[Verdict, RunResult]:
    """Build a case, run the steps on it, and compare what failed with what the case says.

    With `stop`, nothing is asked after the first check that fails.
    """
    began = time.monotonic()
    resources = Resources()
    try:
        project = cases.build(case, resources.fresh("project"))
        findings = runner.run(COURSE, project, steps, seed=seed, stop=stop, load=LoadLevel.QUICK)
    finally:
        resources.close()
    results = [step for stage in findings.stages for step in stage.steps]
    outcomes = {step.id: str(step.outcome) for step in results}
    failed = {
        step.id: [check.id for check in step.checks if check.outcome is Outcome.FAIL]
        for step in results
        if step.outcome is Outcome.FAIL
    }
    details = {
        step.id: f"{step.problem.id}: expected {step.problem.expected}; came {step.problem.actual} {step.problem.log}"
        for step in results
        if step.problem and step.outcome is not Outcome.PASS
    }
    complaints = (*_complaints(case, outcomes, details), *findings.faults)
    return Verdict(case.name, outcomes, failed, complaints, time.monotonic() - began), findings


def _complaints(case: Case, outcomes: dict[str, str], details: dict[str, str]) -> Iterable[str]:
    """Say where the outcomes differ from what the case promises."""
    if case.step is not None and outcomes.get(case.step) != Outcome.FAIL:
        yield f"{case.step} should fail but is {outcomes.get(case.step)}: {details.get(case.step, '')}"
    allowed = {case.step, *case.may_fail}
    for step, outcome in outcomes.items():
        if outcome == Outcome.FAIL and step not in allowed:
            yield f"{step} fails too: {details.get(step, '')}"
        elif outcome in (Outcome.ERROR, Outcome.UNCLEAR):
            yield f"{step} is {outcome}: {details.get(step, '')}"


@contextmanager
def a_busy_core(busy: bool):
    """Keep one processor busy meanwhile, when asked to."""
    process = multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
    if busy:
        process.start()
    try:
        yield
    finally:
        if busy:
            process.kill()
            process.join()


def _spin() -> None:
    """Count, as long as the process is there that started this one."""
    parent = os.getppid()
    while os.getppid() == parent:
        for _ in range(100_000):
            pass


def _one(name: str, *, everything: bool) -> Verdict:
    case = next(case for case in all_cases() if case.name == name)
    return judge(case, up_to(case) if everything else steps_to_repeat(case))[0]


def run_all(
    chosen: list[Case], *, repeat: bool, own_steps: bool, side_by_side: int, share: Share = WHOLE
) -> list[Verdict]:
    """Run cases side by side, none of which stops the others, and print a line for each, as soon as all is known.

    `own_steps` asks a mistake only its own step, and those of its stage that this step needs.

    One that waits a lot should run beside one that works a lot, so the tries are mixed, always in the same way.
    """
    tries = [case.name for case in chosen for _ in range(tries_of(case, repeat=repeat, share=share))]
    left = Counter(tries)
    count = len(left)
    random.Random(0).shuffle(tries)
    verdicts: dict[str, list[Verdict]] = {case.name: [] for case in chosen}
    with ProcessPoolExecutor(side_by_side, mp_context=multiprocessing.get_context("spawn")) as pool:
        for one in as_completed([pool.submit(_one, name, everything=not own_steps) for name in tries]):
            verdict = one.result()
            verdicts[verdict.case].append(verdict)
            if verdict.complaints:
                print(f"WRONG {verdict.case}", *verdict.complaints, sep="\n          ", flush=True)
            left[verdict.case] -= 1
            if not left[verdict.case]:
                del left[verdict.case]
                print(f"{count - len(left):4}/{count}  {_summary(verdicts[verdict.case])}", flush=True)
    return [verdict for found in verdicts.values() for verdict in found]


def _summary(found: Sequence[Verdict]) -> str:
    wrong = sum(1 for verdict in found if verdict.complaints)
    state = f"{wrong} of {len(found)} WRONG" if wrong else f"{len(found)} right"
    return f"{found[0].case:40} {state}  {sum(verdict.seconds for verdict in found):.1f} s"


def main() -> int:
    """Run the matrix, or the repetitions, and tell whether all was as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["matrix", "repeat"])
    parser.add_argument("--only", default="", help="cases whose names match this regular expression")
    parser.add_argument(
        "--share", type=Share.read, default=WHOLE, help="1/3: a third of the tries, for a long run in parts"
    )
    parser.add_argument("--own-steps", action="store_true", help="ask each case only what `repeat` asks, but once")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--write", action="store_true", help="with --only: renew the rows of these cases in tests/matrix.md"
    )
    arguments = parser.parse_args()
    chosen = [case for case in all_cases() if re.search(arguments.only, case.name)]
    for case in chosen:
        if case.missing:
            print(f"not run: {case.name} needs {', '.join(case.missing)}")
    chosen = [case for case in chosen if not case.missing]
    began, repeat = time.monotonic(), arguments.what == "repeat"
    use_the_environment_of_projects()
    with a_busy_core(bool(os.environ.get("BUSY"))):
        verdicts = run_all(
            chosen,
            repeat=repeat,
            own_steps=repeat or arguments.own_steps,
            side_by_side=arguments.jobs,
            share=arguments.share,
        )
    wrong = [verdict for verdict in verdicts if verdict.complaints]
    if not repeat and (arguments.write or not arguments.only):
        before = RECORD.read_text("utf-8") if RECORD.exists() else ""
        RECORD.write_text(record(verdicts, all_cases(), before), "utf-8")
    if arguments.json:
        arguments.json.write_text(json.dumps([verdict.__dict__ for verdict in verdicts], indent=1), "utf-8")
    ran = {verdict.case for verdict in verdicts}
    print(f"{len(verdicts)} runs of {len(ran)} cases, {len(wrong)} wrong, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
