"""New projects from the starter of a stage, and the new files of the next stage for a project."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Collection, Sequence
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

from grader.course import Course, Stage
from grader.errors import MachineError, UsageError
from grader.project.config import FILE

OLD_STATES = "history"
CODE = ("server", "client")
"""The folders of a starter's code."""
OF_PYTHON = ("README.md", "requirements.txt", "service.toml")
"""Other files of a starter that belong to its code."""
TRACES = ("__pycache__", "*.pyc", ".kit", ".venv", "*.db")
NOT_COPIED = shutil.ignore_patterns(*TRACES)


def start(stage: Stage, folder: Path, *, bare: Sequence[Stage] = ()) -> None:
    """Copy the starter of `stage` to a new or empty folder and commit it there.

    `bare` are the stages up to this one, for a project in another language: instead of the starter, it gets the files
    that every project has.

    Raises UsageError when the folder is not empty, MachineError when git is missing or fails.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f'"{folder}" is a file; name a new folder.')
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f'The folder "{folder}" is not empty; name a new one.')
    if shutil.which("git") is None:
        raise MachineError("git is not installed; a project is a git repository from its first step.")
    try:
        for source, path in _bare_files(bare) if bare else []:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / path, folder / path)
        if not bare:
            shutil.copytree(stage.starter, folder, dirs_exist_ok=True, ignore=NOT_COPIED)
    except OSError as error:
        raise UsageError(f'The folder "{folder}" cannot be made: {error.strerror}.') from None
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", "-A")
    _git(folder, *_identity(folder), "commit", "-q", "-m", f"Start stage {stage.id}: {stage.title}")


def advance(course: Course, folder: Path) -> tuple[Stage, list[Path]]:
    """Copy the new files of the next stage into a project. Files that exist stay as they are.

    A file of a starter is new when neither the starter nor the solution of the stage before has it. Code in Python is
    only for a project that goes on from the starter before. The next stage is the first one with a new file that the
    project lacks. Returns the stage and the paths of the copied files inside the project. Raises UsageError when there
    is no next stage, or when a file can't be copied.
    """
    if not (folder / FILE).exists():
        raise UsageError(f'There is no project in "{folder}", as it has no {FILE}; start one with: kit start')
    stages, unfit = course.stages, None
    for before, stage in pairwise(stages):
        new = _files(stage.starter) - _files(before.starter) - _files(before.solution)
        missing = [path for path in sorted(new) if not os.path.lexists(folder / path)]
        lacking = [path for path in missing if _fits(folder, path)]
        unfit = stage if len(lacking) < len(missing) else unfit
        if lacking:
            for path in lacking:
                _confirm_folders(folder, path, stage)
            for path in lacking:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(stage.starter / path, folder / path)
            return stage, lacking
    if unfit is not None:
        brief = f"less {shlex.quote(str(unfit.folder / 'README.md'))}"
        raise UsageError(
            "The new files of later stages are code in Python for the starter, which this project isn't made from."
            f" You write yours; the last brief is: {brief}"
        )
    raise UsageError(f"This project has the files of every stage there is, up to {stages[-1].id}; see: kit")


def _bare_files(stages: Sequence[Stage]) -> list[tuple[Path, Path]]:
    """List what a project in any language gets: the files of `bare`, and what stands in the starters beside the code.

    Each is a folder, and a path in it. A later stage brings only what is new.
    """
    found: dict[Path, Path] = {}
    for stage in stages:
        plain = {path for path in _files(stage.starter) if path.parts[0] not in CODE and path.name not in OF_PYTHON}
        written = {path.relative_to(stage.bare) for path in stage.bare.rglob("*") if path.is_file()}
        found = {**dict.fromkeys(plain, stage.starter), **found, **dict.fromkeys(written, stage.bare)}
    return [(source, path) for path, source in sorted(found.items())]


def _fits(folder: Path, path: Path) -> bool:
    """Tell whether a new file fits the project that is there. Only code in Python needs something that is there."""
    if path.suffix != ".py" or path.parts[0] not in CODE:
        return path.name != "requirements.txt"
    package = folder / path.parts[0]
    return package.is_dir() and any(package.glob("*.py"))


def unfinished(course: Course, stage: Stage, passed: Collection[str]) -> list[str]:
    """Return the ids of the steps of earlier stages that have not passed, without bonus steps."""
    return [step.id for step in course.steps if step.stage < stage.id and not step.bonus and step.id not in passed]


def has_identity(folder: Path) -> bool:
    """Tell whether git knows the author of commits in this folder."""
    known = subprocess.run(["git", "config", "user.email"], cwd=folder, capture_output=True, check=False)
    return bool(known.stdout.strip())


def _files(place: Path) -> set[Path]:
    """List the files of a starter or a solution, without the old states for learners who begin at a later stage."""
    found = (path.relative_to(place) for path in place.rglob("*") if path.is_file())
    return {path for path in found if path.parts[0] != OLD_STATES and not _is_trace(path)}


def _is_trace(path: Path) -> bool:
    """Tell whether a file was left by running the starter in its own folder."""
    return any(fnmatch(part, pattern) for part in path.parts for pattern in TRACES)


def _confirm_folders(folder: Path, path: Path, stage: Stage) -> None:
    """Raise UsageError when a folder of a new file can't be made, because a file has its name."""
    for parent in list(path.parents)[:-1]:
        place = folder / parent
        if os.path.lexists(place) and not place.is_dir():
            raise UsageError(f'"{place}" is a file, and stage {stage.id} needs a folder there; rename it.')


def _identity(folder: Path) -> list[str]:
    """Return options with an author for the first commit, if git knows none."""
    return [] if has_identity(folder) else ["-c", "user.name=Learner", "-c", "user.email=learner@localhost"]


def _git(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise MachineError(f"git {arguments[0]} failed: {lines[-1] if lines else done.returncode}")
