"""The clean clone of a project: its committed state in an empty folder, with only what `setup` installs."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from grader.errors import Failed, ProjectError
from grader.project import config, handed_files
from grader.project.config import Project
from grader.project.git import GitRepository
from grader.project.setup import set_up
from grader.system.resources import Resources

SHOWN = 4
"""How many files a sentence names."""


class CleanClone:
    """A clone with its own environment. `project` is the cloned project, ready to start."""

    def __init__(self, origin: Project, resources: Resources) -> None:
        repository = GitRepository(origin.folder)
        way = (repository.clone_line(),)
        folder = repository.clone(resources.fresh_for_programs("clone"))
        try:
            cloned = config.read(folder)
        except ProjectError as error:
            raise Failed(
                f"in the clone: {error}",
                expected="service.toml among the committed files",
                request=f"( {way[0]} && cat {config.FILE} )",
                clause="K1",
            ) from None
        _stay_inside(folder, origin.folder)
        self.project = set_up(replace(cloned, alone=True, way=way), resources)


def not_cloned(folder: Path, said: str) -> str:
    """Name what a clone of a project lacks: files that are not committed yet, and ignored ones that `said` speaks of.

    `said` is what came instead of a working clone. The files that it names come first.
    """
    repository = GitRepository(folder)
    changed = sorted(repository.changes(), key=lambda path: (path != config.FILE, not _mentioned(path, said), path))
    spoken_of = [path for path in repository.ignored() if _mentioned(path, said)]
    ignored = [path for path in spoken_of if not any(path != other and path.startswith(other) for other in spoken_of)]
    parts = []
    if changed:
        parts.append(f"not committed yet: {_listed(changed)}")
    if ignored:
        parts.append(f"git ignores {_listed(ignored)}")
    return "; ".join(parts)


def uncommitted(folder: Path, name: str) -> str:
    """Say that a file of a project is not committed as it is now; empty where it is, or where there is none."""
    return f"not committed yet: {name}" if name in GitRepository(folder).changes() else ""


def _mentioned(path: str, said: str) -> bool:
    """Tell whether a text speaks of a file: by its path, by its name, or as a module of Python."""
    if path.endswith("/"):
        return path in said
    name = PurePosixPath(path).name
    module = path.removesuffix(".py").replace("/", ".") if path.endswith(".py") else path
    return path in said or name in said or f"'{module}'" in said


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + more


def _stay_inside(clone: Path, origin: Path) -> None:
    """Raise Failed when a clone's service.toml names the folder that was cloned, which other machines don't have."""
    if f"{origin}{os.sep}" in handed_files.text(clone / config.FILE):
        raise Failed(
            f"service.toml names {origin}, which nobody else has",
            expected="no path out of the clone",
            request=f"grep -n {shlex.quote(str(origin))} service.toml",
        )
