"""Programs that a project builds: whether the one that service.toml names is older than its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.errors import NotChecked
from grader.project import handed_files
from grader.project.config import Project
from grader.project.git import GitRepository

SOURCES = frozenset(
    ".adb .ads .c .cc .clj .cpp .cr .cs .cxx .d .dart .erl .ex .f90 .fs .gleam .go .groovy .h .hh .hpp .hs .java .jsx"
    " .kt .lhs .m .ml .mli .mm .mts .cts .nim .odin .pas .pp .rs .scala .swift .ts .tsx .v .vala .vb .zig".split()
)
"""The endings of files that a compiler reads. A script needs no build, so it is none of these."""
INSTALLED = frozenset({"node_modules", ".venv", "venv", "vendor", ".git"})
"""Folders of programs that others built."""
PRODUCTS = frozenset({"_build", ".build", "bin", "build", "dist", "obj", "out", "target", "zig-out"})
"""Folders in which compilers put what they build."""
HEAD = 1024
"""How many bytes of a program the kit reads, to see whether it is a text."""


def warning(project: Project) -> str:
    """Say that a built program in service.toml is older than a source file of the project; `""` when none is.

    A program is built if git ignores it, if it is no text, or if it lies in a folder for products.
    """
    programs = list(_programs(project))
    if not programs:
        return ""
    try:
        kept = set(GitRepository(project.folder).files())
    except NotChecked:
        return ""
    sources = [path for path in kept if path.suffix in SOURCES and not INSTALLED & set(path.parts)]
    newest = max(sources, key=_changed, default=None)
    if newest is None:
        return ""
    built = [path for path in programs if path not in kept or _is_product(path, project.folder)]
    older = [path for path in built if 0 < _changed(path) < _changed(newest)]
    if not older:
        return ""
    names = " and ".join(dict.fromkeys(str(path.relative_to(project.folder)) for path in older))
    verb = "is" if len(set(older)) == 1 else "are"
    return f"{names} {verb} older than {newest.relative_to(project.folder)}: build again, then check again."


def _programs(project: Project) -> Iterator[Path]:
    """Yield the files inside the project that the commands name."""
    for word in (*project.server, *project.migrate, *project.client):
        path = Path(project.folder, word)
        if word and project.folder in path.parents and ".." not in path.parts and path.is_file():
            inside = path.relative_to(project.folder).parts
            if not path.is_symlink() and not INSTALLED & set(inside):
                yield path


def _is_product(path: Path, folder: Path) -> bool:
    if PRODUCTS & set(path.relative_to(folder).parts[:-1]):
        return True
    try:
        return b"\0" in handed_files.beginning(path, HEAD)[0]
    except OSError:
        return False


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
