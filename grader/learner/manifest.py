"""What the kit has written into a learner's course folder: the file `.course.json`, a digest for each file.

A file whose content has a digest of the manifest is as the kit wrote it. Any other content is the learner's.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

FILE = ".course.json"
PART = ".course-part"
"""The end of the name of a file that is being written."""


@dataclass(frozen=True)
class Manifest:
    """The version of the kit that wrote a course folder, and for each path the SHA-256 digests of what it wrote.

    There is more than one digest where a renewal didn't end. `readable` is false where the file can't be understood.
    """

    kit: str = ""
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readable: bool = True

    def is_newer_than(self, kit: str) -> bool:
        """Tell whether a newer kit than this one wrote the folder, as far as that is known."""
        from packaging.version import InvalidVersion, Version

        try:
            return Version(self.kit) > Version(kit)
        except InvalidVersion:
            return False


def read(folder: Path) -> Manifest | None:
    """Read the manifest of a course folder; None where there is none, as in any other folder."""
    path = folder / FILE
    if not os.path.lexists(path):
        return None
    try:
        data = json.loads(path.read_text("utf-8"))
        files = {name: tuple(map(str, digests)) for name, digests in data["files"].items()}
        return Manifest(str(data["kit"]), {name: digests for name, digests in files.items() if is_inside(name)})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Manifest(readable=False)


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a course folder; raises OSError."""
    files = {name: list(digests) for name, digests in sorted(manifest.files.items())}
    put(folder / FILE, (json.dumps({"kit": manifest.kit, "files": files}, indent=1) + "\n").encode())


def is_inside(name: str) -> bool:
    """Tell whether a path of a manifest stays inside the folder."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


def digest(content: bytes) -> str:
    """Return the SHA-256 digest of a content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def found(folder: Path, name: str) -> str | None:
    """Return the digest of the file that lies in a folder; None where nothing lies there.

    It is empty for what the kit could not have written: a folder, a link, a file behind a link, what can't be read.
    """
    path = folder / name
    for parent in reversed(path.relative_to(folder).parents[:-1]):
        place = folder / parent
        if os.path.lexists(place) and (place.is_symlink() or not place.is_dir()):
            return ""
    try:
        return digest(path.read_bytes()) if stat.S_ISREG(path.lstat().st_mode) else ""
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; raises OSError. What was there stays until all of the new one is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name.lstrip('.')}{PART}")
    try:
        part.unlink(missing_ok=True)
        with part.open("xb") as file:
            file.write(content)
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
