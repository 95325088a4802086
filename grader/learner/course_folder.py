"""The course as a folder of the learner's: its texts and notebooks, made once and renewed by every later kit.

What the learner has changed in it stays as it is. Projects lie in it, or elsewhere: `kit start` makes them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from grader.errors import KitError, MachineError, UsageError
from grader.learner import manifest
from grader.learner.manifest import FILE, Manifest
from grader.place import ROOT

WELCOME = Path(__file__).with_name("course_folder.md")
NOT_LAID_OUT = ("starter", "bare", "checks", "steps.toml", "render.py", "__pycache__", ".*", "*.pyc", "*.db")
"""What stays in the kit: `kit start`, `kit next` and `kit check` bring or use it."""
OF_NO_USE = ("notebooks/__init__.py",)
OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)


@dataclass(frozen=True)
class Renewal:
    """What was done to a course folder: the paths, inside it, of each kind.

    `made` were not there, `renewed` were as an earlier kit had written them, and `removed` likewise, but the course has
    them no more. `kept` are the learner's own, where the course has another content. `before` is the earlier manifest.
    """

    made: list[str]
    renewed: list[str]
    removed: list[str]
    kept: list[str]
    before: Manifest | None


def contents(root: Path) -> dict[str, bytes]:
    """Read what belongs into a course folder from the folder that holds `exercises` and `notebooks`."""
    read = {"README.md": WELCOME.read_bytes()}
    for part in ("LICENSE", "exercises", "notebooks"):
        place = root / part
        paths = sorted(place.rglob("*")) if place.is_dir() else [place]
        names = {path.relative_to(root).as_posix(): path for path in paths if path.is_file()}
        read |= {name: path.read_bytes() for name, path in names.items() if _is_laid_out(name)}
    return read


def lay_out(folder: Path, course: Mapping[str, bytes], kit: str, *, anyway: bool = False) -> Renewal:
    """Make a course folder, or renew one. `course` has the content for each path, and `kit` is the kit's version.

    It may be broken off at any moment: the next call goes on from there. `anyway` lets an older kit renew what a newer
    one has written. Raises UsageError for a folder that isn't a course folder or can't be one, MachineError where the
    disk is full.
    """
    before = _before(folder, kit, anyway=anyway)
    known = before.files if before else {}
    new = {name: manifest.digest(content) for name, content in course.items()}
    there = {name: manifest.found(folder, name) for name in {*known, *new}}
    own = {
        name for name, seen in there.items() if seen == "" or seen not in {None, new.get(name), *known.get(name, ())}
    }
    made = sorted(name for name in new if there[name] is None)
    renewed = sorted(name for name in new if there[name] not in {None, new[name]} and name not in own)
    removed = sorted(name for name in known if name not in new and there[name] is not None and name not in own)
    after = Manifest(kit, {name: known.get(name, ()) if name in own else (now,) for name, now in new.items()})
    with _one_sentence(folder):
        if before != after:
            manifest.write(folder, Manifest(kit, _both(known, new)))
        for name in [*made, *renewed]:
            manifest.put(folder / name, course[name])
        for name in removed:
            _remove(folder, name)
        if before != after:
            manifest.write(folder, after)
    return Renewal(made, renewed, removed, sorted(own & set(new)), before)


def around(place: Path) -> Path | None:
    """Find the course folder that a place lies in, or that it is; None where there is none."""
    place = place.resolve()
    return next((folder for folder in (place, *place.parents) if (folder / FILE).is_file()), None)


def text_near(place: Path, text: Path) -> str:
    """Write the path of a course text for a learner in `place`: of the copy in the course folder around it, if any."""
    above = around(place)
    copy = above / text.relative_to(ROOT) if above and text.is_relative_to(ROOT) else None
    return os.path.relpath(copy, place.resolve()) if copy and copy.is_file() else str(text)


def repository_around(folder: Path) -> Path | None:
    """Find the git repository that a folder lies in or is; None where there is none."""
    folder = folder.resolve()
    return next((one for one in (folder, *folder.parents) if os.path.lexists(one / ".git")), None)


def _before(folder: Path, kit: str, *, anyway: bool) -> Manifest | None:
    """Read the manifest of a folder that may become, or be, a course folder."""
    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f'"{folder}" is a file; name a new folder.')
        before = manifest.read(folder)
        others = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise UsageError(f'The folder "{folder}" cannot be read: {error.strerror}.') from None
    if before is None and any(not name.endswith(manifest.PART) for name in others):
        raise UsageError(f'The folder "{folder}" is not empty, and kit init has not made it; {_instead(folder)}')
    if before and before.is_newer_than(kit) and not anyway:
        raise UsageError(
            f'"{folder}" is of kit {before.kit}, and this is kit {kit}: renew the kit first. '
            "To have the older texts all the same, type: kit init --anyway"
        )
    return before


def _instead(folder: Path) -> str:
    """Say which folder to name instead."""
    above = around(folder)
    return f"to renew the course around it, type: kit init {shlex.quote(str(above))}" if above else "name a new one."


def _both(known: Mapping[str, tuple[str, ...]], new: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the digests before and after a renewal for each path: while it runs, a file may have either content."""
    after = {name: (one,) for name, one in new.items()}
    return {name: tuple(dict.fromkeys((*known.get(name, ()), *after.get(name, ())))) for name in {*known, *new}}


def _is_laid_out(name: str) -> bool:
    """Tell whether a file of the course belongs into a course folder."""
    parts = name.split("/")
    return name not in OF_NO_USE and not any(fnmatch(part, pattern) for part in parts for pattern in NOT_LAID_OUT)


def _remove(folder: Path, name: str) -> None:
    """Remove a file, and the folders in which nothing is left."""
    path = folder / name
    path.unlink()
    with contextlib.suppress(OSError):
        for parent in path.relative_to(folder).parents[:-1]:
            (folder / parent).rmdir()


@contextlib.contextmanager
def _one_sentence(folder: Path) -> Iterator[None]:
    """Raise a KitError in place of an OSError: UsageError where the folder is the reason, else MachineError."""
    try:
        yield
    except OSError as error:
        kind: type[KitError] = MachineError if error.errno in OF_THE_MACHINE else UsageError
        raise kind(
            f'"{folder}" cannot be written: {error.strerror}. What was there is still there. '
            "When that is mended, type the same line again: kit goes on from there."
        ) from None
