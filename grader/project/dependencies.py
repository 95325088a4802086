"""What is installed for a project, in folders that git ignores, and how another state of the project can use it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

ENVIRONMENTS = (".venv", "venv")
MODULES = "node_modules"
PATHS = ("lib/python*/site-packages/*.pth", "lib/python*/site-packages/__editable__*.py")
"""Files in which an environment names code that lies elsewhere: what `pip install -e` leaves."""


def link(project: Path, state: Path) -> list[Path]:
    """Link what is installed for a project to another state of it, but for what that has itself; return the links."""
    links = []
    for name in (*ENVIRONMENTS, MODULES):
        if (project / name).is_dir() and not (state / name).exists():
            (state / name).symlink_to(project / name)
            links.append(state / name)
    return links


def leads_to(project: Path) -> bool:
    """Tell whether the code of the project itself is installed for it, as a path that leads back into its folder."""
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
    """Follow the links among the modules, and among those of an organisation (`@name/`)."""
    for path in [*modules.glob("*"), *modules.glob("@*/*")]:
        if path.is_symlink():
            yield path.resolve()
