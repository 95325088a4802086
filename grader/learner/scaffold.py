"""New projects from the starter of a stage, and the new files of the next stage for a project."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Collection, Sequence
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

from grader.course import Course, Stage
from grader.errors import MachineError, UsageError
from grader.learner.course_folder import text_near
from grader.project import git_program
from grader.project.config import FILE

OLD_STATES = "history"
SERVER, TESTS = "server", "tests"
CODE = (SERVER, "client", TESTS)
"""The folders of a starter's code. The tests are about the server."""
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
    is_new = not folder.exists()
    try:
        for source, path in _bare_files(bare) if bare else []:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / path, folder / path)
        if not bare:
            lay_out(stage, folder)
    except OSError as error:
        raise UsageError(f'The folder "{folder}" cannot be made: {error.strerror}.') from None
    try:
        _commit(folder, f"Start stage {stage.id}: {stage.title}")
    except BaseException:
        _leave_as_before(folder, is_new=is_new)
        raise


def lay_out(stage: Stage, folder: Path) -> None:
    """Copy the whole starter of a stage into a folder, with an old state for those who begin at this stage."""
    for layer in stage.starter_layers:
        shutil.copytree(layer, folder, dirs_exist_ok=True, ignore=NOT_COPIED, copy_function=shutil.copyfile)


def advance(course: Course, folder: Path, done: Collection[str] = ()) -> tuple[Stage, list[Path]]:
    """Copy the new files of the next stage into a project. Files that exist stay as they are.

    A file of a starter is new when neither the starter nor the solution of the stage before has it. Code in Python is
    only for a project that goes on from the starter before. The next stage is the first one with a new file that the
    project lacks, and with a step that isn't among those `done`. Returns the stage and the paths of the copied files
    inside the project. Raises UsageError when there is no next stage, or when a file can't be copied.
    """
    if not (folder / FILE).exists():
        raise UsageError(f'There is no project in "{folder}", as it has no {FILE}; start one with: kit start')
    found = coming(course, folder, done)
    if found is None:
        raise UsageError(_nothing_comes(course, folder))
    stage, lacking = found
    for path in lacking:
        _confirm_folders(folder, path, stage)
    for path in lacking:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(stage.starter / path, folder / path)
    return stage, lacking


def coming(course: Course, folder: Path, done: Collection[str] = ()) -> tuple[Stage, list[Path]] | None:
    """Return the next stage and its new files that the project lacks and that fit it; None when there are none.

    A stage whose steps are all `done`, bonus steps aside, needs no files any more: a learner may have removed some.
    """
    for before, stage in pairwise(course.stages):
        if all(step.id in done for step in stage.steps if not step.bonus):
            continue
        if fitting := [path for path in _missing(before, stage, folder) if _fits(folder, path)]:
            return stage, fitting
    return None


def unfit(course: Course, folder: Path, stage: Stage) -> str:
    """Say that no new file of a stage fits the project, if that is why it lacks them; else an empty text."""
    missing = [
        path for before, one in pairwise(course.stages) if one == stage for path in _missing(before, one, folder)
    ]
    if not missing or any(_fits(folder, path) for path in missing):
        return ""
    return (
        f"The new files of stage {stage.id} are code in Python for the starter, which this project isn't made from."
        f" You write yours; the brief is: less {shlex.quote(text_near(folder, stage.folder / 'README.md'))}"
    )


def _nothing_comes(course: Course, folder: Path) -> str:
    """Say why no new files come: the project has them all, or those that it lacks don't fit."""
    reasons = [reason for stage in course.stages if (reason := unfit(course, folder, stage))]
    last = course.stages[-1].id
    return reasons[-1] if reasons else f"This project has the files of every stage there is, up to {last}; see: kit"


def _missing(before: Stage, stage: Stage, folder: Path) -> list[Path]:
    """List the new files of a stage that a project lacks."""
    new = _of_starter(stage) - _of_starter(before) - _files(before.solution)
    return [path for path in sorted(new) if not os.path.lexists(folder / path)]


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
    package = folder / (SERVER if path.parts[0] == TESTS else path.parts[0])
    return package.is_dir() and any(package.glob("*.py"))


def unfinished(course: Course, stage: Stage, passed: Collection[str]) -> list[str]:
    """Return the ids of the steps of earlier stages that have not passed, without bonus steps."""
    return [step.id for step in course.steps if step.stage < stage.id and not step.bonus and step.id not in passed]


def has_identity(folder: Path) -> bool:
    """Tell whether git knows the author of commits in this folder."""
    return "user.email" in git_program.author(folder)


def _files(place: Path) -> set[Path]:
    """List the files of a starter or a solution, without the old states for learners who begin at a later stage."""
    found = (path.relative_to(place) for path in place.rglob("*") if path.is_file())
    return {path for path in found if path.parts[0] != OLD_STATES and not _is_trace(path)}


def _of_starter(stage: Stage) -> set[Path]:
    """List the files of a stage's starter, without the old states."""
    return {path for layer in stage.starter_layers for path in _files(layer)}


def _is_trace(path: Path) -> bool:
    """Tell whether a file was left by running the starter in its own folder."""
    return any(fnmatch(part, pattern) for part in path.parts for pattern in TRACES)


def _confirm_folders(folder: Path, path: Path, stage: Stage) -> None:
    """Raise UsageError when a folder of a new file can't be made, because a file has its name."""
    for parent in list(path.parents)[:-1]:
        place = folder / parent
        if os.path.lexists(place) and not place.is_dir():
            raise UsageError(f'"{place}" is a file, and stage {stage.id} needs a folder there; rename it.')


def _commit(folder: Path, message: str) -> None:
    """Make a repository, and commit all that is in the folder, without the user's templates, hooks and signatures."""
    _git(folder, "init", "-q", "-b", "main", "--template=")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "--no-verify", "--no-gpg-sign", "-m", message, settings=_identity(folder))


def _leave_as_before(folder: Path, *, is_new: bool) -> None:
    """Remove what a failed start has copied; the folder itself too, if it is new."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if is_new:
        folder.rmdir()


def _identity(folder: Path) -> dict[str, str]:
    """Return the author of the first commit: the one that git knows, or a learner without a name."""
    known = git_program.author(folder)
    return {"user.name": "Learner", "user.email": "learner@localhost"} | known


def _git(folder: Path, *arguments: str, settings: dict[str, str] | None = None) -> None:
    done = git_program.run(folder, *arguments, settings=settings)
    if done.returncode:
        lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        raise MachineError(f"git {arguments[0]} failed: {lines[-1] if lines else done.returncode}")
