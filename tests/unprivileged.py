"""Being nobody for a while: root may read everything, so what is forbidden must be tested as somebody else."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

NOBODY = 65534


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Lose the powers of root, where this is root, until the block ends."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that everybody may reach, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="kit-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for path in folder.rglob("*"):
            path.chmod(0o700)
        shutil.rmtree(folder)
