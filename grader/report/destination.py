"""Where a report is written: tried before the run. What is no plain file, such as a pipe or a device, stays one."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from pathlib import Path

from grader.errors import MachineError, UsageError

NO_DRAFT_HERE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY}
"""Errors of a place where a file may be written, but where no new file may lie beside it."""


def confirm_file(path: Path) -> None:
    """Try whether a report can be written to a file; raises UsageError, with the reason, when it can't.

    What is there stays as it is.
    """
    try:
        if _own_stream(path) is not None:
            return
        is_new = not path.exists()
        if is_new or path.is_file():
            os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC | (os.O_CREAT if is_new else 0), 0o666))
            if is_new:
                Path(os.path.realpath(path)).unlink()
        elif path.is_dir():
            raise UsageError(f'"{path}" is a folder; name a file for the report.')
        elif path.is_socket() or not os.access(path, os.W_OK):
            raise UsageError(f'No report can be written to "{path}".')
    except FileNotFoundError:
        raise UsageError(f'There is no folder "{path.parent}" for the report "{path.name}".') from None
    except OSError as error:
        raise UsageError(f'No report can be written to "{path}": {reason(error)}.') from None


def confirm_folder(folder: Path, name: str) -> None:
    """Make the folder of a report, and try whether the file `name` can be written there; raises UsageError if not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f'The folder "{folder}" cannot be made: {reason(error)}.') from None
    confirm_file(folder / name)


def write(path: Path, text: str) -> None:
    """Write a report; raises MachineError when that is impossible.

    A plain file gets it in one step: a reader sees either the complete old one or the complete new one. A link stays,
    and the file that it leads to is written. Whatever else is there gets the text as it is: if its reader has ended
    before, that is not our failure.
    """
    content = text.encode("utf-8", "backslashreplace")
    try:
        with contextlib.suppress(BrokenPipeError):
            if (stream := _own_stream(path)) is not None:
                _write_through(stream, content)
            elif is_plain(path):
                real = Path(os.path.realpath(path))
                real.parent.mkdir(parents=True, exist_ok=True)  # somebody may have removed it meanwhile
                _replace(real, content)
            else:
                with path.open("wb") as file:
                    _write_through(file.fileno(), content)
    except OSError as error:
        raise MachineError(f'The report cannot be written to "{path}": {reason(error)}.') from None


def forget(path: Path) -> None:
    """Remove the report of an older run, if it is a plain file."""
    with contextlib.suppress(OSError):
        if stat.S_ISREG(path.lstat().st_mode):
            path.unlink()


def is_plain(path: Path) -> bool:
    """Tell whether there is a plain file, or nothing yet. A link counts as what it leads to."""
    if not path.exists():
        return True
    real = Path(os.path.realpath(path))
    return _own_stream(path) is None and path.is_file() and real.exists() and real.samefile(path)


def is_standard_output(path: Path) -> bool:
    """Tell whether a report for `path` goes where the standard output of this command goes, which is no terminal."""
    return _own_stream(path) == 1 and not os.isatty(1)


def reason(error: OSError) -> str:
    """Say in words of the system why something failed."""
    return (error.strerror or str(error)).lower()


def _own_stream(path: Path) -> int | None:
    """Find the stream of this command, 1 or 2, that a path is another name of."""
    for stream in (1, 2):
        with contextlib.suppress(OSError):
            here = path.stat()
            if os.path.samestat(here, os.fstat(stream)) and not os.path.samestat(here, Path(os.devnull).stat()):
                return stream
    return None


def _write_through(descriptor: int, content: bytes) -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _replace(path: Path, content: bytes) -> None:
    """Write a draft beside a file, and put it in the file's place; where no draft may lie, write the file itself."""
    draft = path.with_name(f".{secrets.token_hex(8)}.new")
    try:
        draft.write_bytes(content)
        with contextlib.suppress(FileNotFoundError):
            draft.chmod(stat.S_IMODE(path.stat().st_mode))
        draft.replace(path)
    except OSError as error:
        if error.errno not in NO_DRAFT_HERE or not path.exists():
            raise
        path.write_bytes(content)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
