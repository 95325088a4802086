"""Wrong and unusual projects, each made from a solution by a few edits: the proof that the checks can be believed.

A case is a TOML file. A mistake lies in the folder of the step that must fail: `mistakes/1.4/catch-all.toml`.
A variant lies in the folder of its stage: `variants/02/other-ids.toml`. A case that brings a whole project is a folder
of its own: `variants/02/NAME/` with `case.toml` and `project/`. The name of a case is where it lies: `1.4/catch-all`.

A mistake says in `wrong` what is wrong. `may_fail` names the steps that repeat the very promise, each with the reason.
`large` says that a mistake in a step of measurements shows so clearly, and so soon, that `make test` runs it, too.
`races` says that the moment or the clock decides whether the checks notice the mistake. `varies` says that the check
that notices it first differs from run to run, and with it what a learner reads. A variant says in `unusual` what is
unusual about it, and must pass everything.
"""

from __future__ import annotations

import os
import re
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
from tests.real_course import COURSE

KEYS = {"wrong", "unusual", "ids", "solution", "may_fail", "prepare", "requires", "races", "varies", "large", "edits"}
WHOLE = "case.toml"
"""The file that describes a case which is a folder of its own."""


@dataclass(frozen=True)
class Edit:
    """One replacement: `old` occurs exactly once in `file`; with an empty `old`, `new` becomes the whole file."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Case:
    """One wrong or unusual project, and the file that describes it."""

    file: Path
    sentence: str
    ids: tuple[str, ...]
    solution: str | None
    may_fail: Mapping[str, str]
    prepare: tuple[tuple[str, ...], ...]
    requires: tuple[str, ...]
    races: bool
    varies: bool
    edits: tuple[Edit, ...]
    large: bool = False

    @property
    def name(self) -> str:
        """Where the case lies: `1.4/catch-all` or `02/other-ids`."""
        return name_of(self.file)

    @property
    def step(self) -> str | None:
        """The step that must fail; None for a variant."""
        folder = _folder(self.file)
        return folder if "." in folder else None

    @property
    def stage(self) -> str:
        """The stage of the case: `02` for the step 2.7."""
        return f"{int(_folder(self.file).partition('.')[0]):02}"

    @property
    def said(self) -> Path:
        """The file that records what a learner reads about a mistake."""
        return self.file.with_suffix(".said.txt")

    @property
    def missing(self) -> tuple[str, ...]:
        """The programs that this machine would need and doesn't have."""
        return tuple(name for name in self.requires if shutil.which(name) is None)


def name_of(file: Path) -> str:
    """Name the case that a file describes."""
    return f"{_folder(file)}/{file.parent.name if file.name == WHOLE else file.stem}"


def read_all(folder: Path) -> list[Case]:
    """Read every case below a folder: by step or stage, then by name."""
    files = [*folder.glob("*/*.toml"), *folder.glob(f"*/*/{WHOLE}")]
    return sorted(map(read, files), key=lambda case: ([int(part) for part in _folder(case.file).split(".")], case.name))


def read(file: Path) -> Case:
    """Read and validate one case; raises CourseError with a sentence that names its file."""
    where = f"{_folder(file)}/{file.relative_to(_place(file))}"
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{where} cannot be read: {error}.") from None
    try:
        _validate(file, data)
    except UsageError as error:
        raise CourseError(f"{where}: {error}") from None
    return Case(
        file=file,
        sentence=data.get("wrong") or data["unusual"],
        ids=tuple(data.get("ids", [])),
        solution=data.get("solution"),
        may_fail=data.get("may_fail", {}),
        prepare=tuple(tuple(argv) for argv in data.get("prepare", [])),
        requires=tuple(data.get("requires", [])),
        races=data.get("races", False),
        varies=data.get("varies", False),
        edits=tuple(Edit(**edit) for edit in data.get("edits", [])),
        large=data.get("large", False),
    )


def build(case: Case, place: Path) -> Path:
    """Make the project of a case in a new folder, as a git repository with everything committed; return it.

    Raises CourseError when an edit doesn't fit the solution any more.
    """
    source = course.ROOT / "solutions" / case.solution if case.solution else case.file.parent / "project"
    shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__", ".kit", ".venv"))
    for edit in case.edits:
        _apply(case, edit, place)
    _commit(case, place)
    return place


def _place(file: Path) -> Path:
    """Find the folder of the step or the stage that a case lies in."""
    return file.parent.parent if file.name == WHOLE else file.parent


def _folder(file: Path) -> str:
    return _place(file).name


def _validate(file: Path, data: Mapping[str, Any]) -> None:
    """Raise UsageError where a case says too little, too much or something that isn't so."""
    if unknown := set(data) - KEYS:
        raise UsageError(f'there is an unknown key "{min(unknown)}".')
    if ("wrong" in data) == ("unusual" in data):
        raise UsageError("it must say either what is wrong or what is unusual.")
    folder = _folder(file)
    if "wrong" in data:
        COURSE.find_step(folder)
    elif folder not in {stage.id for stage in COURSE.stages}:
        raise UsageError(f'a variant lies in the folder of its stage, and "{folder}" is no stage.')
    for step in data.get("may_fail", {}):
        COURSE.find_step(step)
    if "solution" not in data and not (file.parent / "project").is_dir():
        raise UsageError("it has neither a solution to edit nor a project of its own.")


def _apply(case: Case, edit: Edit, place: Path) -> None:
    path = place / edit.file
    if not edit.old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edit.new, "utf-8")
        return
    path.write_text(edited(case, edit, path.read_text("utf-8")), "utf-8")


def edited(case: Case, edit: Edit, text: str) -> str:
    """Return a file's text after one replacement; raises CourseError when the text to replace isn't there once."""
    if text.count(edit.old) != 1:
        raise CourseError(f"{case.name}: {edit.old!r} occurs {text.count(edit.old)} times in {edit.file}, not once.")
    return text.replace(edit.old, edit.new)


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
    commit = (
        "git",
        "-c",
        "user.name=Case",
        "-c",
        "user.email=case@localhost",
        "commit",
        "-q",
        "-a",
        "-m",
        case.sentence,
    )
    run(*commit)
    if _names_own_commit(place):
        run(*commit)


def _names_own_commit(place: Path) -> bool:
    """Let capacity.toml name the first commit of the copy where it names one of the solution's; tell whether it did."""
    path = place / "capacity.toml"
    if not path.exists():
        return False
    shown = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=place, capture_output=True, text=True, check=True
    )
    text = path.read_text("utf-8")
    named = re.sub(r'(?m)^commit = "(?!0+")[0-9a-f]{4,40}"$', f'commit = "{shown.stdout.strip()}"', text)
    path.write_text(named, "utf-8")
    return named != text
