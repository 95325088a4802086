"""Reading and writing plain files: whole, in one move, and through no symbolic link."""

from __future__ import annotations

import errno
import os
import shlex
import tempfile
from pathlib import Path

from grader.errors import UsageError
from grader.project import handed_files


def read(path: Path) -> bytes:
    """Read a file; raises OSError where the file, or the folder that it lies in, is a symbolic link."""
    refuse_linked_folder(path)
    return handed_files.read(path, handed_files.LARGE, links=False)


def put(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file in one move, in place of whatever has its name. `mode` are its permissions. Raises OSError."""
    descriptor, draft = tempfile.mkstemp(prefix=f"{path.name[:40]}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def refuse_linked_folder(path: Path) -> None:
    """Raise OSError where the folder that a file lies in is a symbolic link."""
    if path.parent.is_symlink():
        raise OSError(errno.ELOOP, "a symbolic link", str(path.parent))


def refuse_link(path: Path) -> None:
    """Raise UsageError where a symbolic link stands."""
    if path.is_symlink():
        shown = shlex.quote(str(path))
        raise UsageError(f"{shown} is a symbolic link, and kit writes through none; remove it: rm {shown}")
