"""The installed dependencies of a project, in folders that git ignores, and their use by its other states."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from grader.errors import NotChecked
from grader.project import handed_files
from grader.project.git import GitRepository

ENVIRONMENTS = (".venv", "venv")
MODULES = "node_modules"
PACKAGES = (
    *ENVIRONMENTS,
    MODULES,
    "vendor",
    "deps",
    ".bundle",
    "local",
    "bower_components",
    "elm-stuff",
    "lua_modules",
)
"""Where the package managers of the usual languages put what they install into a project."""
BUILT = (
    "target", "_build", "build", "dist", "out", "bin", "obj", ".build", ".gradle", "zig-out", "dist-newstyle",
    ".stack-work", ".dart_tool", "classes", "__pypackages__", "env", ".eggs",
)  # fmt: skip
"""Where they put what they make of the project's own code. It belongs to one state of the project, and to no other."""
AUTOLOADERS = ("autoload.php", "composer")
"""What a folder `vendor` of PHP holds: it leads back to the project's own code."""
PATHS = ("lib/python*/site-packages/*.pth", "lib/python*/site-packages/__editable__*.py")
"""Files in which an environment names code in another folder, as `pip install -e` writes them."""


def link(project: Path, state: Path) -> list[Path]:
    """Link a project's packages into another state of it, except those that the state has. Return the links.

    What was built of the project's own code is not linked, nor are packages that lead back to it.
    """
    links, own = [], tracked(project)
    for name in PACKAGES:
        leads_back = any((project / name / file).exists() for file in AUTOLOADERS)
        if name not in own and (project / name).is_dir() and not leads_back and not os.path.lexists(state / name):
            (state / name).symlink_to(project / name)
            links.append(state / name)
    return links


def is_set_up(project: Path) -> bool:
    """Tell whether a project's folder holds anything that was installed or built there."""
    own = tracked(project)
    return any((project / name).is_dir() for name in {*PACKAGES, *BUILT} - own)


def has_packages(project: Path) -> bool:
    """Tell whether a project's folder has packages of its own, which its other states use too."""
    return any((project / name).exists() for name in PACKAGES)


def tracked(project: Path) -> set[str]:
    """Return the names at the top of a project below which git tracks something: the project's own code."""
    with contextlib.suppress(NotChecked):
        return {path.partition("/")[0] for path in GitRepository(project).tracked_files()}
    return set()


def leads_to(project: Path) -> bool:
    """Tell whether the dependencies include the project's own code, as a path that leads back into its folder."""
    names = {os.fsencode(project), os.fsencode(project.resolve())}
    return any(_names_any(path, names) for path in _paths(project)) or any(
        project.resolve() in target.parents and project.resolve() / MODULES not in target.parents
        for target in _linked(project / MODULES)
    )


def _names_any(path: Path, names: Collection[bytes]) -> bool:
    with contextlib.suppress(OSError):
        content = handed_files.read(path, handed_files.LARGE)
        return any(name in content for name in names)
    return False


def _paths(project: Path) -> Iterator[Path]:
    for environment in ENVIRONMENTS:
        for pattern in PATHS:
            yield from (project / environment).glob(pattern)


def _linked(modules: Path) -> Iterator[Path]:
    """Follow the links among the modules, and in the folders of organisations (`@name/`)."""
    for path in [*modules.glob("*"), *modules.glob("@*/*")]:
        if path.is_symlink():
            yield path.resolve()
