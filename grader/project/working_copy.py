"""A copy of a project's folder, to run `setup` in it: the folder that was handed in stays as it is."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from grader.errors import NotChecked
from grader.project import dependencies
from grader.project.git import GitRepository
from grader.system import trees

LARGEST, MOST = 1024**3, 4 * 1024**3
"""Bytes of a file, and of all together, that are copied."""


def copy(folder: Path, place: Path) -> Path:
    """Copy a project to an empty place, without what was installed or built there; return the project's folder.

    The copy has the project's repository, also where the project is a folder inside of a larger one. What can't be
    copied, such as a pipe, is left out, and so is what is too large: a sparse file would fill the disk.
    """
    target, installed = place, {*dependencies.ENVIRONMENTS, dependencies.MODULES}
    with contextlib.suppress(NotChecked):
        repository = GitRepository(folder)
        if repository.is_repository:
            ignored = {name.rstrip("/") for name in repository.ignored()}
            installed |= ignored & {*dependencies.PACKAGES, *dependencies.BUILT}
            installed -= dependencies.tracked(folder)
            if not repository.is_own_repository():
                target = repository.with_history(place)

    left = MOST

    def left_out(where: str, names: list[str]) -> set[str]:
        nonlocal left
        out = set(names) & (installed if Path(where) == folder else {"__pycache__"})
        for name in sorted({*names} - out):
            size = trees.length(Path(where, name))
            if size > min(LARGEST, left):
                out.add(name)
            else:
                left -= size
        return out

    with contextlib.suppress(shutil.Error):
        trees.copy(folder, target, left_out)
    return target
