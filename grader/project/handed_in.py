"""A folder that was handed in for a grade, which may hold no project at all."""

from __future__ import annotations

import contextlib
import os
import shlex
from pathlib import Path

from grader.errors import UsageError
from grader.project import config

LEFT_BY_OTHERS = {".DS_Store", "__MACOSX", "Thumbs.db", "desktop.ini"}
"""What file managers leave in folders."""


class NoProject(UsageError):
    """A folder holds no project."""


def find(folder: Path) -> Path:
    """Return the folder of a project that was handed in, resolved; raises UsageError when there is none.

    A project has a service.toml or a git repository, as for every other command.
    """
    place = config.find(folder)
    if any(os.path.lexists(place / name) for name in (config.FILE, ".git")):
        return place
    inside = sorted(path.name for path in place.iterdir() if path.name not in LEFT_BY_OTHERS)
    if not inside:
        raise NoProject(f'There is no project in "{folder}": the folder is empty.')
    reason = f"it has neither a {config.FILE} nor a git repository"
    deeper = next((name for name in inside if _has_service_file(place / name)), None)
    remedy = f", but one lies deeper: {shlex.quote(str(folder / deeper))}" if deeper else ""
    raise NoProject(f'There is no project in "{folder}": {reason}{remedy}.')


def _has_service_file(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return (folder / config.FILE).is_file()
    return False
