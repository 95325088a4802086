"""The removal of folders that a project's programs have filled, whatever they put there."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

OPENING = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove(folder: Path) -> str | None:
    """Remove a folder with everything in it, and follow no link out of it. Return None, or why something stayed.

    Nothing is too deep: each folder inside is moved to the top before it is emptied, so no path gets long and no call
    waits for another. Folders that forbid their owner to look or to write are opened first. A folder that is gone is
    no fault.
    """
    try:
        with _opened(folder) as top:
            fault = _empty(top)
        folder.rmdir()
    except FileNotFoundError:
        return None
    except OSError as error:
        return f'"{folder}" can\'t be removed: {error.strerror or error}.'
    return fault


def _empty(top: int) -> str | None:
    """Remove everything from the folder that is open as `top`."""
    fault, numbers = None, itertools.count()
    waiting, emptied = [""], set()
    while waiting:
        name = waiting.pop()
        try:
            with _opened(Path(name), top) if name else contextlib.nullcontext(top) as here:
                for entry, is_folder in _entries(here):
                    try:
                        if not is_folder:
                            os.unlink(entry, dir_fd=here)
                            continue
                        moved = entry
                        if name:
                            with contextlib.suppress(PermissionError):
                                os.chmod(entry, 0o700, dir_fd=here)
                            moved = f".kit-{os.getpid()}-{next(numbers)}"
                            os.rename(entry, moved, src_dir_fd=here, dst_dir_fd=top)
                        waiting.append(moved)
                    except OSError as error:
                        fault = f"{entry!r} can't be removed: {error.strerror}."
            if name and name not in emptied:
                emptied.add(name)
                os.rmdir(name, dir_fd=top)
        except OSError as error:
            fault = f"{name!r} can't be removed: {error.strerror}."
    return fault


def _entries(folder: int) -> list[tuple[str, bool]]:
    """List the entries of an open folder, and whether each is a folder itself and no link to one."""
    with os.scandir(folder) as found:
        return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]


@contextlib.contextmanager
def _opened(path: Path, below: int | None = None) -> Iterator[int]:
    """Open a folder to empty it, also one whose rights forbid it to its owner."""
    try:
        descriptor = os.open(path, OPENING, dir_fd=below)
        if not os.fstat(descriptor).st_mode & 0o200:
            os.fchmod(descriptor, 0o700)
    except PermissionError:
        os.chmod(path, 0o700, dir_fd=below)
        descriptor = os.open(path, OPENING, dir_fd=below)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
