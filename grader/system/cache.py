"""The data that the kit keeps between runs, in the user's cache folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path

from grader.system.removal import remove

KEPT_DAYS = 30


def cache(name: str) -> Path | None:
    """Return the folder for data that is kept between runs, and remove what no run has used for 30 days.

    Returns None where nothing can be kept, as in a home folder that can't be written.
    """
    try:
        folder = base() / name
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        _forget_old(folder)
    except (OSError, RuntimeError):
        return None
    return folder


def base() -> Path:
    """Return the kit's folder in the user's cache, made or not; raises RuntimeError for a user without a home."""
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return place / "backend-practice-kit"


def _forget_old(folder: Path) -> None:
    """Remove what no run has used for 30 days and that no run uses now."""
    for place in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - place.stat().st_mtime > KEPT_DAYS * 86_400:
                with (place / "lock").open("r+b") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    remove(place)
