"""A folder that may hold no project at all, as what was handed in for a grade, or the course's own."""

from __future__ import annotations

import contextlib
import os
import shlex
from pathlib import Path

from grader.errors import UsageError
from grader.project import config

LEFT_BY_OTHERS = {".DS_Store", "__MACOSX", "Thumbs.db", "desktop.ini"}
"""What file managers leave in folders."""
COURSE = Path("exercises", "CONTRACT.md")
COURSE_ALSO = (Path("grader", "course.py"), Path(".course.json"))
"""Beside the contract, the kit's repository has the first of these files, and a folder of `kit init` the second."""


class NoProject(UsageError):
    """A folder holds no project."""


def find(folder: Path) -> Path:
    """Return the folder of a project that was handed in, resolved; raises UsageError when there is none.

    A project has a service.toml or a git repository, as for every other command.
    """
    place = config.find(folder)
    confirm_not_course(place)
    if any(os.path.lexists(place / name) for name in (config.FILE, ".git")):
        return place
    inside = sorted(path.name for path in place.iterdir() if path.name not in LEFT_BY_OTHERS)
    if not inside:
        raise NoProject(f'There is no project in "{folder}": the folder is empty.')
    reason = f"it has neither a {config.FILE} nor a git repository"
    deeper = _deeper(place)
    remedy = f", but one lies deeper: {shlex.quote(str(folder / deeper))}" if deeper else ""
    raise NoProject(f'There is no project in "{folder}": {reason}{remedy}.')


def confirm_not_course(place: Path) -> None:
    """Raise NoProject for the folder of the course itself, which may be a git repository as a project is."""
    if _has_service_file(place) or not (place / COURSE).is_file():
        return
    if any((place / name).is_file() for name in COURSE_ALSO):
        deeper = _deeper(place)
        start = "go to yours with cd DIR, or start one with: kit start ~/chat"
        remedy = f"one lies deeper; type: cd {shlex.quote(str(place / deeper))}" if deeper else start
        raise NoProject(f'There is no project in "{place}", as it is the folder of the course; {remedy}')


def _deeper(place: Path) -> str | None:
    """Find the first folder in a place that has a service.toml."""
    names = sorted(path.name for path in place.iterdir())
    return next((name for name in names if _has_service_file(place / name)), None)


def _has_service_file(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return (folder / config.FILE).is_file()
    return False
