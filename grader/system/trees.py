"""Folders that a learner or a learner's program has filled: walked and copied, however deep they are."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

DEEPEST = 64
"""How many folders inside each other are copied. What lies deeper is left out."""

DATA = 1024 * 1024 * 1024
"""How many bytes of a service's data are copied at most. A sparse file counts with all that it claims to have."""
NO_COPY = "The data of this project can't be copied"
LeftOut = Callable[[str, list[str]], Collection[str]]


def files(folder: Path, skipped: Collection[str] = ()) -> list[Path]:
    """List what lies below a folder and is no folder itself. No link is followed, and folders named `skipped` stay out.

    Folders that can't be read count as empty, and so does what lies so deep that the system takes no path to it.
    """
    found, waiting = [], [folder]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    found.append(Path(entry.path))
                elif entry.name not in skipped:
                    waiting.append(Path(entry.path))
    return found


def copy(source: Path, target: Path, left_out: LeftOut = lambda _where, _names: (), *, most: int = 0) -> None:
    """Copy a folder, down to `DEEPEST` folders inside each other; raises OSError, and shutil.Error for single files.

    A link stays a link, so nothing from elsewhere is copied. `left_out` gets the path of a folder and the names in it,
    and returns those that stay out. With `most`, nothing is copied where the files have more bytes.
    """
    if most and sum(length(path) for path in files(source)) > most:
        raise OSError(errno.EFBIG, "they are too large")
    top = len(source.parts)

    def ignored(where: str, names: list[str]) -> set[str]:
        return set(names) if len(Path(where).parts) - top >= DEEPEST else set(left_out(where, names))

    shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=ignored)


def why(error: OSError) -> str:
    """Say why a copy failed; `shutil.Error` holds a list of files."""
    if isinstance(error, shutil.Error):
        return f"{Path(error.args[0][0][0]).name} is no file that can be copied"
    return error.strerror or str(error)


def length(path: Path) -> int:
    """Return the size of a file in bytes, with all that a sparse one claims to have; 0 where nothing can be found."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0
