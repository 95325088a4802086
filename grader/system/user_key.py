"""A key of this user's kit, by which it recognises what an earlier run of its own has written down."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from pathlib import Path

from grader.system.cache import base
from grader.system.removal import remove
from grader.system.seal import KEY_BYTES, new_key

WRITTEN = re.compile(rb"[0-9a-f]{%d}" % (2 * KEY_BYTES))


def user_key() -> str | None:
    """Return the key, made at the first call; None where nothing can be kept.

    What a program has put in its place is replaced by a new key. What the old one has signed is believed no longer.
    """
    try:
        path = base() / "key"
        if os.path.lexists(path) and (key := _read(path)) is not None:
            return key
        return _made(path)
    except (OSError, RuntimeError):
        return None


def _read(path: Path) -> str | None:
    """Return the key in a file; None where the file isn't one that the kit has written."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return None
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        is_own = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077
        key = file.read(2 * KEY_BYTES + 1) if is_own else b""
    return key.decode() if WRITTEN.fullmatch(key) else None


def _made(path: Path) -> str | None:
    """Make the key, in place of what is no key. Of two runs that make the first one, both get the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:
        draft.write(new_key())
        draft.flush()
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, path)
        if _read(path) is None:
            if path.is_dir() and not path.is_symlink():
                remove(path)
            path.unlink(missing_ok=True)
            os.link(draft.name, path)
    return _read(path)
