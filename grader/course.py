"""The course as it lies in `exercises/`: stages, their steps, what each step needs, and its hints."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from grader.errors import CourseError, UsageError

ROOT = Path(__file__).resolve().parent.parent
EXERCISES = ROOT / "exercises"


@dataclass(frozen=True)
class Step:
    """One step of a stage, as its `steps.toml` describes it."""

    id: str
    stage: str
    title: str
    needs: tuple[str, ...]
    bonus: bool
    hints: tuple[str, ...]
    slow: bool
    tool: str = ""
    """The command of the kit that helps to try this step by hand, beside `kit serve`."""
    repeats: str = ""
    """The stage whose checks this step asks once more, on data which that stage has left."""


@dataclass(frozen=True)
class Stage:
    """One stage: its two-digit id, its folder, and its steps in order."""

    id: str
    title: str
    folder: Path
    steps: tuple[Step, ...]

    @property
    def starter(self) -> Path:
        return self.folder / "starter"

    @property
    def solution(self) -> Path:
        return ROOT / "solutions" / self.folder.name

    def check_file(self, step: Step) -> Path:
        """Find the file that holds a step's checks: `checks/test_1_03_*.py` for step 1.3."""
        major, minor = step.id.split(".")
        found = sorted((self.folder / "checks").glob(f"test_{major}_{int(minor):02}_*.py"))
        if len(found) != 1:
            raise CourseError(f"Step {step.id} must have one file of checks; found {len(found)}.")
        return found[0]


@cache
def stages() -> tuple[Stage, ...]:
    """Read every stage under `exercises/`, in order.

    Raises CourseError when there is none, when a `steps.toml` is broken, or when steps contradict each other.
    """
    found = tuple(_read(path.parent) for path in sorted(EXERCISES.glob("[0-9][0-9]-*/steps.toml")))
    if not found:
        raise CourseError(f'There is no stage in "{EXERCISES}": was the kit installed without its exercises?')
    _confirm(found)
    return found


def find_stage(word: str) -> Stage:
    """Find a stage by `1`, `01` or `01-scaffolding`."""
    for stage in stages():
        if word in (stage.id, stage.id.lstrip("0"), stage.folder.name):
            return stage
    known = [stage.id for stage in stages()]
    there = f"There is only {known[0]}" if len(known) == 1 else f"There are {known[0]} to {known[-1]}"
    raise UsageError(f'No stage "{word}". {there}; see: kit')


def find_step(word: str) -> Step:
    """Find a step by its id, such as `1.3`."""
    for stage in stages():
        for step in stage.steps:
            if step.id == word:
                return step
    major = word.partition(".")[0]
    stage = find_stage(major)
    raise UsageError(f'No step "{word}". Stage {stage.id} has {stage.steps[0].id} to {stage.steps[-1].id}; see: kit')


def find(word: str) -> tuple[Step, ...]:
    """Turn what somebody typed, a stage or a step, into the steps that were meant."""
    return (find_step(word),) if re.fullmatch(r"\d+\.\d+", word) else find_stage(word).steps


def with_needs(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Add every step that the given ones need, directly or not; in course order."""
    wanted: set[str] = set()

    def add(step: Step) -> None:
        if step.id not in wanted:
            wanted.add(step.id)
            for need in step.needs:
                add(find_step(need))

    for step in steps:
        add(step)
    return tuple(step for step in all_steps() if step.id in wanted)


def all_steps() -> tuple[Step, ...]:
    """List every step of every stage, in order."""
    return tuple(step for stage in stages() for step in stage.steps)


def stages_between(words: str) -> tuple[Stage, ...]:
    """Read what `--stages` was given: one stage (`2`) or a range (`1-4`)."""
    first, _, last = words.partition("-") if re.fullmatch(r"\d+-\d+", words) else (words, "", words)
    begin, end = find_stage(first), find_stage(last)
    chosen = tuple(stage for stage in stages() if begin.id <= stage.id <= end.id)
    if not chosen:
        raise UsageError(f'"{words}" is no range of stages; write 1-{int(stages()[-1].id)} or one stage.')
    return chosen


def stage_of(step: Step) -> Stage:
    """Find the stage that a step belongs to."""
    return find_stage(step.stage)


def split(steps: Sequence[Step]) -> list[tuple[Stage, list[Step]]]:
    """Group steps by stage, both in course order."""
    return [
        (stage, [s for s in steps if s.stage == stage.id])
        for stage in stages()
        if any(s.stage == stage.id for s in steps)
    ]


def _read(folder: Path) -> Stage:
    path = folder / "steps.toml"
    number = folder.name[:2]
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        title, entries = data["title"], data["steps"]
        steps = tuple(_step(entry, number) for entry in entries)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(f"{folder.name}/{path.name} cannot be read: {error!r}.") from error
    if not steps:
        raise CourseError(f"{folder.name}/{path.name} lists no steps.")
    return Stage(number, title, folder, steps)


def _step(entry: dict[str, Any], stage: str) -> Step:
    for name, kind in (("id", str), ("title", str), ("needs", list), ("hints", list), ("bonus", bool)):
        if not isinstance(entry[name], kind):
            raise TypeError(f"{name} = {entry[name]!r}")
    return Step(
        id=entry["id"],
        stage=stage,
        title=entry["title"],
        needs=tuple(entry["needs"]),
        bonus=entry["bonus"],
        hints=tuple(entry["hints"]),
        slow=entry.get("slow", False),
        tool=entry.get("tool", ""),
        repeats=entry.get("repeats", ""),
    )


def _confirm(stages: Sequence[Stage]) -> None:
    """Make sure that every step has an id of its own in its stage, and needs only earlier ones."""
    earlier: set[str] = set()
    for stage in stages:
        for step in stage.steps:
            if step.id in earlier or step.id.partition(".")[0] != stage.id.lstrip("0"):
                raise CourseError(f"{stage.folder.name}/steps.toml cannot have a step {step.id} here.")
            if unknown := [need for need in step.needs if need not in earlier]:
                raise CourseError(f"Step {step.id} needs {unknown[0]}, which is not an earlier step.")
            earlier.add(step.id)
