"""Whether a program can be started, and why not, in one sentence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.errors import ProjectError


def confirm(argv: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
    """Raise ProjectError where a program can't be started in a folder, as it isn't there or is no program."""
    path = env.get("PATH", os.defpath)
    places = os.pathsep.join(str(folder / place) for place in path.split(os.pathsep))
    there = folder / argv[0]
    if shutil.which(str(there) if "/" in argv[0] else argv[0], path=places) is None:
        error = PermissionError() if "/" in argv[0] and there.exists() else FileNotFoundError()
        raise ProjectError(cannot_run(argv, folder, path, error))


def cannot_run(argv: Sequence[str], cwd: Path, path: str | None, error: OSError) -> str:
    """Say why a program could not be started in a folder, with this PATH."""
    there = cwd / argv[0]
    found = shutil.which(argv[0], path=path)
    if isinstance(error, FileNotFoundError) and "/" not in argv[0] and found:
        return f'"{argv[0]}" on PATH is {found}, which begins with a #! line that names no program.'
    if isinstance(error, FileNotFoundError) and "/" not in argv[0]:
        near = f'; the file in this folder would be "./{argv[0]}"' if there.is_file() else ""
        return f'There is no program "{argv[0]}" on PATH{near}.'
    if isinstance(error, FileNotFoundError):
        return f'"{argv[0]}" {"begins with a #! line that names no program" if there.exists() else "does not exist"}.'
    if isinstance(error, PermissionError) and there.is_dir():
        return f'"{argv[0]}" is a folder, not a program.'
    if isinstance(error, PermissionError):
        return f'"{argv[0]}" may not be run: is it marked as executable?'
    return f'"{argv[0]}" cannot be run: {error.strerror or error}.'
