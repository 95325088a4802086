"""The kit's own files: its code, its checks, and the packages that it runs with. Nothing may change while it grades.

A project's programs belong to the same user as the kit, so they can write there. What they change would change the
grade of every later project.
"""

from __future__ import annotations

import contextlib
import os
import sys
import sysconfig
from pathlib import Path

from grader import place
from grader.course import EXERCISES

BYTECODE = "__pycache__"
"""The folder into which Python itself writes new files at any time."""

State = tuple[int, int, int, int]


class OwnFiles:
    """The state of the kit's own files when this was made."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders or _own_folders()
        self._before = self._now()

    def changed(self) -> list[Path]:
        """List the files that were changed, removed or added since then. New bytecode of Python doesn't count."""
        now = self._now()
        known = [path for path, state in self._before.items() if now.get(path) != state]
        added = [path for path in now.keys() - self._before.keys() if Path(path).parent.name != BYTECODE]
        return sorted(map(Path, [*known, *added]))

    def _now(self) -> dict[str, State]:
        found: dict[str, State] = {}
        waiting = [str(folder) for folder in self._folders]
        while waiting:
            with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        it = entry.stat(follow_symlinks=False)
                        found[entry.path] = (it.st_ino, it.st_size, it.st_mtime_ns, it.st_ctime_ns)
        return found


def _own_folders() -> tuple[Path, ...]:
    """List the folders of the kit's code, checks, packages and programs. None lies in another one of them."""
    paths = {place.PACKAGE, EXERCISES, Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))}
    if sys.prefix != sys.base_prefix:
        paths.add(Path(sys.prefix) / "bin")
    real = {path.resolve() for path in paths}
    return tuple(path for path in sorted(real) if not real & set(path.parents))
