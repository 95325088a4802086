"""The installed dependencies of a project, in folders that git ignores, and their use by its other states."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

ENVIRONMENTS = (".venv", "venv")
MODULES = "node_modules"
PATHS = ("lib/python*/site-packages/*.pth", "lib/python*/site-packages/__editable__*.py")
"""Files in which an environment names code in another folder, as `pip install -e` writes them."""


def link(project: Path, state: Path) -> list[Path]:
    """Link a project's dependencies into another state of it, except those that the state has. Return the links."""
    links = []
    for name in (*ENVIRONMENTS, MODULES):
        if (project / name).is_dir() and not (state / name).exists():
            (state / name).symlink_to(project / name)
            links.append(state / name)
    return links


def leads_to(project: Path) -> bool:
    """Tell whether the dependencies include the project's own code, as a path that leads back into its folder."""
    names = {os.fsencode(project), os.fsencode(project.resolve())}
    return any(name in path.read_bytes() for path in _paths(project) for name in names) or any(
        project.resolve() in target.parents and project.resolve() / MODULES not in target.parents
        for target in _linked(project / MODULES)
    )


def _paths(project: Path) -> Iterator[Path]:
    for environment in ENVIRONMENTS:
        for pattern in PATHS:
            yield from (project / environment).glob(pattern)


def _linked(modules: Path) -> Iterator[Path]:
    """Follow the links among the modules, and in the folders of organisations (`@name/`)."""
    for path in [*modules.glob("*"), *modules.glob("@*/*")]:
        if path.is_symlink():
            yield path.resolve()
