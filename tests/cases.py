"""Wrong and unusual projects, each made from a solution by a few edits: the proof that the checks can be believed.

A case is a folder with a `case.toml`. A mistake says in `wrong` what is wrong and in `step` which step must fail;
`may_fail` names steps that repeat the very promise, each with the reason; `races` says that whether it is noticed
hangs on what happens at the same moment or on the clock; `varies` says that which check notices first, and so what a
learner reads, differs from run to run. A variant says in `unusual` what is
unusual about it, and must pass everything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import course
from grader.errors import CourseError, UsageError

KEYS = {"wrong", "unusual", "ids", "solution", "step", "may_fail", "prepare", "requires", "races", "varies", "edits"}


@dataclass(frozen=True)
class Edit:
    """One replacement: `old` occurs exactly once in `file`; an empty `old` makes a new file."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Case:
    """One wrong or unusual project; `step` is None for a variant."""

    folder: Path
    sentence: str
    ids: tuple[str, ...]
    solution: str | None
    step: str | None
    may_fail: Mapping[str, str]
    prepare: tuple[tuple[str, ...], ...]
    requires: tuple[str, ...]
    races: bool
    varies: bool
    edits: tuple[Edit, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def stage(self) -> str:
        """The stage of the case, by its name: `1-07-…` belongs to 01."""
        return f"{int(self.name.split('-')[0]):02}"

    @property
    def missing(self) -> tuple[str, ...]:
        """The programs that this machine would need and doesn't have."""
        return tuple(name for name in self.requires if shutil.which(name) is None)


def read_all(folder: Path) -> list[Case]:
    """Read every case below a folder, by name."""
    return [read(path.parent) for path in sorted(folder.glob("*/case.toml"))]


def read(folder: Path) -> Case:
    """Read and validate one case; raises CourseError with a sentence that names it."""
    try:
        data = tomllib.loads((folder / "case.toml").read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{folder.name}/case.toml cannot be read: {error}.") from None
    _validate(folder, data)
    return Case(
        folder=folder,
        sentence=data.get("wrong") or data["unusual"],
        ids=tuple(data.get("ids", [])),
        solution=data.get("solution"),
        step=data.get("step"),
        may_fail=data.get("may_fail", {}),
        prepare=tuple(tuple(argv) for argv in data.get("prepare", [])),
        requires=tuple(data.get("requires", [])),
        races=data.get("races", False),
        varies=data.get("varies", False),
        edits=tuple(Edit(**edit) for edit in data.get("edits", [])),
    )


def build(case: Case, place: Path) -> Path:
    """Make the project of a case in a new folder, as a git repository with everything committed; return it.

    Raises CourseError when an edit doesn't fit the solution any more.
    """
    source = course.ROOT / "solutions" / case.solution if case.solution else case.folder / "project"
    shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__", ".kit", ".venv"))
    for edit in case.edits:
        _apply(case, edit, place)
    if (case.folder / "files").is_dir():
        shutil.copytree(case.folder / "files", place, dirs_exist_ok=True)
    _commit(case, place)
    return place


def _validate(folder: Path, data: Mapping[str, Any]) -> None:
    unknown = set(data) - KEYS
    if unknown:
        raise CourseError(f'{folder.name}/case.toml has an unknown key "{min(unknown)}".')
    if ("wrong" in data) == ("unusual" in data):
        raise CourseError(f"{folder.name}/case.toml must say either what is wrong or what is unusual.")
    if ("wrong" in data) != ("step" in data):
        raise CourseError(f"{folder.name}/case.toml must name the step that fails, and only a mistake does.")
    for step in [*([data["step"]] if "step" in data else []), *data.get("may_fail", {})]:
        try:
            course.find_step(step)
        except UsageError as error:
            raise CourseError(f"{folder.name}/case.toml: {error}") from None
    if "solution" not in data and not (folder / "project").is_dir():
        raise CourseError(f"{folder.name} has neither a solution to edit nor a project of its own.")


def _apply(case: Case, edit: Edit, place: Path) -> None:
    path = place / edit.file
    if not edit.old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edit.new, "utf-8")
        return
    text = path.read_text("utf-8")
    if text.count(edit.old) != 1:
        raise CourseError(f"{case.name}: {edit.old!r} occurs {text.count(edit.old)} times in {edit.file}, not once.")
    path.write_text(text.replace(edit.old, edit.new), "utf-8")


def _commit(case: Case, place: Path) -> None:
    path = os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ.get("PATH", os.defpath)])

    def run(*argv: str) -> None:
        env = {**os.environ, "PATH": path}
        done = subprocess.run(argv, cwd=place, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CourseError(f"{case.name}: {' '.join(argv)} failed: {(done.stderr or done.stdout).strip()}")

    for argv in case.prepare:
        run(*argv)
    run("git", "init", "-q", "-b", "main")
    run("git", "add", "-A")
    run("git", "-c", "user.name=Case", "-c", "user.email=case@localhost", "commit", "-q", "-m", case.sentence)
