"""The course in the folder `exercises/`: its stages and their steps, with the needs and hints of each step."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from grader import place
from grader.errors import CourseError, UsageError

ROOT, EXERCISES = place.ROOT, place.ROOT / "exercises"


class ServiceFile(StrEnum):
    """How a step depends on the project's service.toml."""

    NEEDED = "needed"
    """The step can't be checked when that file can't be used."""
    EXPLAINED = "explained"
    """The step fails when that file can't be used. This failure explains why the other steps are skipped."""
    IGNORED = "ignored"
    """The step is checked with or without that file."""


@dataclass(frozen=True)
class Step:
    """One step of a stage, as its `steps.toml` describes it. `task` says in one line what it asks for."""

    id: str
    stage: str
    title: str
    needs: tuple[str, ...]
    bonus: bool
    hints: tuple[str, ...]
    slow: bool
    task: str = ""
    tool: str = ""
    """The command of the kit that helps to try this step by hand, beside `kit serve`."""
    repeats: str = ""
    """The stage whose checks this step runs once more, on data that the stage has left."""
    service_file: ServiceFile = ServiceFile.NEEDED
    needs_load: bool = False
    """Whether the step can only be checked under load. A run without load leaves it out."""
    load: tuple[str, ...] = ()
    """What `kit grade` measures under load once this step has passed, beside the front page."""

    @property
    def tag(self) -> str:
        """The git tag for a state of the project in which this step passed."""
        return tag_of(self.id)


@dataclass(frozen=True)
class Stage:
    """One stage: its two-digit id, its folder, and its steps in order.

    `fixtures` names the modules of `grader.fixtures` that its checks need beside those of earlier stages.
    `built` says what a learner has built at its end.
    `earlier_states` names the steps whose state of the project this stage migrates from. The preferred one comes first.
    `starter_on` names the solution that the starter goes on from. Then the starter's folder holds only what is new.
    """

    id: str
    title: str
    folder: Path
    steps: tuple[Step, ...]
    fixtures: tuple[str, ...] = ()
    earlier_states: tuple[str, ...] = ()
    built: str = ""
    starter_on: str = ""

    @property
    def starter(self) -> Path:
        return self.folder / "starter"

    @property
    def starter_layers(self) -> tuple[Path, ...]:
        """The folders whose files make up the starter. A file of a later folder replaces that of an earlier one."""
        return (self.solutions / self.starter_on, self.starter) if self.starter_on else (self.starter,)

    @property
    def bare(self) -> Path:
        """The files of a new project in any language, of which the first stage has some."""
        return self.folder / "bare"

    @property
    def solutions(self) -> Path:
        return self.folder.parent.parent / "solutions"

    @property
    def solution(self) -> Path:
        return self.solutions / self.folder.name

    def check_file(self, step: Step) -> Path:
        """Find the file with a step's checks: `checks/test_1_03_*.py` for step 1.3; raises CourseError."""
        major, minor = step.id.split(".")
        found = sorted((self.folder / "checks").glob(f"test_{major}_{int(minor):02}_*.py"))
        if len(found) == 1:
            return found[0]
        raise CourseError(f"Step {step.id} must have one file of checks; found {len(found)}.")


@dataclass(frozen=True)
class Course:
    """Every stage of the folder `exercises`, in order."""

    exercises: Path
    stages: tuple[Stage, ...]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step of every stage, in order."""
        return tuple(step for stage in self.stages for step in stage.steps)

    @property
    def asked_for_later(self) -> list[str]:
        """The ids of the steps whose state of the project a stage migrates from, in course order."""
        asked = {step for stage in self.stages for step in stage.earlier_states}
        return [step.id for step in self.steps if step.id in asked]

    def find_stage(self, word: str) -> Stage:
        """Find a stage by `1`, `01` or `01-scaffolding`; raises UsageError."""
        if found := [one for one in self.stages if word in (one.id, one.id.lstrip("0"), one.folder.name)]:
            return found[0]
        known = [stage.id for stage in self.stages]
        there = f"There is only {known[0]}" if len(known) == 1 else f"There are {known[0]} to {known[-1]}"
        raise UsageError(f'No stage "{word}". {there}; see: kit')

    def find_step(self, word: str) -> Step:
        """Find a step by its id, such as `1.3`; raises UsageError."""
        if found := [step for step in self.steps if step.id == word]:
            return found[0]
        if re.fullmatch(r"\d+[^\w.]+\d+", word):
            raise UsageError(f'No step "{word}". A step is written as 1.4, with a point; see: kit')
        stage = self.find_stage(word.partition(".")[0])
        first, last = stage.steps[0].id, stage.steps[-1].id
        raise UsageError(f'No step "{word}". Stage {stage.id} has {first} to {last}; see: kit')

    def find(self, word: str) -> tuple[Step, ...]:
        """Find the steps that a word of the learner names: one step, or all steps of a stage; raises UsageError."""
        return (self.find_step(word),) if re.fullmatch(r"\d+\W+\d+", word) else self.find_stage(word).steps

    def with_needs(self, steps: Iterable[Step]) -> tuple[Step, ...]:
        """Return the given steps and all steps that they need, directly or indirectly, in course order."""
        wanted: set[str] = set()

        def add(step: Step) -> None:
            if step.id not in wanted:
                wanted.add(step.id)
                for need in step.needs:
                    add(self.find_step(need))

        for step in steps:
            add(step)
        return tuple(step for step in self.steps if step.id in wanted)

    def stages_between(self, words: str) -> tuple[Stage, ...]:
        """Read the value of `--stages`: one stage (`2`) or a range (`1-4`); raises UsageError."""
        first, _, last = words.partition("-") if re.fullmatch(r"\d+-\d+", words) else (words, "", words)
        begin, end = self.find_stage(first), self.find_stage(last)
        chosen = tuple(stage for stage in self.stages if begin.id <= stage.id <= end.id)
        if not chosen:
            raise UsageError(f'"{words}" is no range of stages; write 1-{int(self.stages[-1].id)} or one stage.')
        return chosen

    def stage_of(self, step: Step) -> Stage:
        """Find the stage that a step belongs to."""
        return self.find_stage(step.stage)

    def check_file(self, step: Step) -> Path:
        """Find the file with a step's checks."""
        return self.stage_of(step).check_file(step)

    def split(self, steps: Sequence[Step]) -> list[tuple[Stage, list[Step]]]:
        """Group steps by stage, both in course order."""
        grouped = [(stage, [step for step in steps if step.stage == stage.id]) for stage in self.stages]
        return [(stage, of_stage) for stage, of_stage in grouped if of_stage]


def tag_of(step_id: str) -> str:
    """Return the git tag for a state of a project in which the step with this id passed."""
    return f"step-{step_id}"


def load(exercises: Path = EXERCISES) -> Course:
    """Read every stage in a folder of exercises, the kit's own unless another is given.

    Raises CourseError when the folder has no stage, when a `steps.toml` is broken, or when steps contradict each other.
    """
    stages = tuple(_read(path.parent) for path in sorted(exercises.glob("[0-9][0-9]-*/steps.toml")))
    if not stages:
        raise CourseError(f'There is no stage in "{exercises}": was the kit installed without its exercises?')
    _confirm(stages)
    return Course(exercises, stages)


def _read(folder: Path) -> Stage:
    path = folder / "steps.toml"
    number = folder.name[:2]
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        title, steps = data["title"], tuple(_step(entry, number) for entry in data["steps"])
        fixtures, earlier_states = (tuple(data.get(name, [])) for name in ("fixtures", "earlier_states"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(f"{folder.name}/{path.name} cannot be read: {error!r}.") from error
    if not steps:
        raise CourseError(f"{folder.name}/{path.name} lists no steps.")
    built, starter_on = (str(data.get(name, "")) for name in ("built", "starter_on"))
    return Stage(number, title, folder, steps, fixtures, earlier_states, built, starter_on)


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
        task=entry.get("task", ""),
        tool=entry.get("tool", ""),
        repeats=entry.get("repeats", ""),
        service_file=ServiceFile(entry.get("service_file", ServiceFile.NEEDED)),
        needs_load=entry.get("needs_load", False),
        load=tuple(entry.get("load", [])),
    )


def _confirm(stages: Sequence[Stage]) -> None:
    """Raise CourseError unless every step has a unique id that fits its stage, and needs only earlier steps."""
    earlier: set[str] = set()
    for stage in stages:
        for step in stage.steps:
            if step.id in earlier or step.id.partition(".")[0] != stage.id.lstrip("0"):
                raise CourseError(f"{stage.folder.name}/steps.toml cannot have a step {step.id} here.")
            if unknown := [need for need in step.needs if need not in earlier]:
                raise CourseError(f"Step {step.id} needs {unknown[0]}, which is not an earlier step.")
            earlier.add(step.id)
        if unknown := [one for one in stage.earlier_states if one not in earlier]:
            raise CourseError(f"Stage {stage.id} migrates from {unknown[0]}, which is not an earlier step.")
