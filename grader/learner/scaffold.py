"""A new project from a stage's starter: a folder and a git repository of its own, with a first commit."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

from grader.course import Course, Stage
from grader.errors import MachineError, UsageError
from grader.project.config import FILE

OLD_STATES = "history"
TRACES = ("__pycache__", "*.pyc", ".kit", ".venv", "*.db")
NOT_COPIED = shutil.ignore_patterns(*TRACES)


def start(stage: Stage, folder: Path) -> None:
    """Copy the starter of `stage` to a new or empty folder and commit it there.

    Raises UsageError when the folder has something in it, MachineError when git is missing or refuses.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f'"{folder}" is a file; name a new folder.')
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f'The folder "{folder}" is not empty; name a new one.')
    if shutil.which("git") is None:
        raise MachineError("git is not installed; a project is a git repository from its first step.")
    try:
        shutil.copytree(stage.starter, folder, dirs_exist_ok=True, ignore=NOT_COPIED)
    except OSError as error:
        raise UsageError(f'The folder "{folder}" cannot be made: {error.strerror}.') from None
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", "-A")
    _git(folder, *_identity(folder), "commit", "-q", "-m", f"Start stage {stage.id}: {stage.title}")


def advance(course: Course, folder: Path) -> tuple[Stage, list[Path]]:
    """Copy the new files of the next stage into a project, and never touch one that exists.

    New is what a starter has and the stage before, starter and solution, has not. The next stage is the first of whose
    new files the project lacks some. Returns it and the files that were
    copied, as they lie in the project. Raises UsageError when no stage is left, or when nothing can be copied.
    """
    if not (folder / FILE).exists():
        raise UsageError(f'There is no project in "{folder}", as it has no {FILE}; start one with: kit start')
    stages = course.stages
    for before, stage in pairwise(stages):
        new = _files(stage.starter) - _files(before.starter) - _files(before.solution)
        lacking = [path for path in sorted(new) if not os.path.lexists(folder / path)]
        if lacking:
            for path in lacking:
                _confirm_folders(folder, path, stage)
            for path in lacking:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(stage.starter / path, folder / path)
            return stage, lacking
    raise UsageError(f"This project has the files of every stage there is, up to {stages[-1].id}; see: kit")


def unfinished(course: Course, stage: Stage, passed: Collection[str]) -> list[str]:
    """List the steps of earlier stages, none of them a bonus, that have not passed."""
    return [step.id for step in course.steps if step.stage < stage.id and not step.bonus and step.id not in passed]


def has_identity(folder: Path) -> bool:
    """Tell whether git knows whose commits are made here."""
    known = subprocess.run(["git", "config", "user.email"], cwd=folder, capture_output=True, check=False)
    return bool(known.stdout.strip())


def _files(place: Path) -> set[Path]:
    """List the files of a starter or a solution, without the old state that is only for joining late."""
    found = (path.relative_to(place) for path in place.rglob("*") if path.is_file())
    return {path for path in found if path.parts[0] != OLD_STATES and not _is_trace(path)}


def _is_trace(path: Path) -> bool:
    """Tell whether a file came of running a starter where it lies."""
    return any(fnmatch(part, pattern) for part in path.parts for pattern in TRACES)


def _confirm_folders(folder: Path, path: Path, stage: Stage) -> None:
    """See that every folder on the way to a new file is one, or can be made."""
    for parent in list(path.parents)[:-1]:
        place = folder / parent
        if os.path.lexists(place) and not place.is_dir():
            raise UsageError(f'"{place}" is a file, and stage {stage.id} needs a folder there; rename it.')


def _identity(folder: Path) -> list[str]:
    """Lend a name to the first commit where git knows none."""
    return [] if has_identity(folder) else ["-c", "user.name=Learner", "-c", "user.email=learner@localhost"]


def _git(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise MachineError(f"git {arguments[0]} failed: {said[-1] if said else done.returncode}")
