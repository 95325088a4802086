"""What a project may put in the place of a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SPARSE = 10**12
"""Bytes that a sparse file claims to have; it takes none of the disk."""

every_kind = pytest.mark.parametrize("kind", ["pipe", "device", "sparse", "folder"])


def put(kind: str, path: Path) -> Path:
    """Make a file of a hostile kind."""
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(SPARSE)
    else:
        path.mkdir()
    return path
