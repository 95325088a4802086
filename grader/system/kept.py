"""Folders that the kit keeps between runs: each is one archive that the kit has signed, and every run gets a copy.

A project's programs belong to the same user as the kit, so they can write into its cache. What they write there isn't
used: the signature is wrong then, and the kit makes the folder anew. They can read the key of the user as well; only a
sandbox keeps a program from signing what it writes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import io
import os
import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.system import trees
from grader.system.process import wait_until
from grader.system.removal import remove
from grader.system.seal import sign
from grader.system.user_key import user_key

LARGEST = 1024 * 1024 * 1024
"""Bytes that an archive may have. A larger folder isn't kept."""
SIGNATURE = 64
"""Bytes of the signature, with which the file begins."""
LOCKED_FOR = 400.0
"""Seconds that the kit waits while another run makes the same folder: longer than a `setup` may take."""
LARGEST_SCRIPT = 1024 * 1024
"""Bytes of a file that may name the path of its environment."""
READING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Kept:
    """A folder that is kept in `place`, under the name of that place.

    `moved` says that the folder names its own path in small text files at its top and in `bin/`, as an environment of
    Python does: a copy gets its own path there.
    """

    def __init__(self, place: Path, *, moved: bool = False) -> None:
        self._place = place
        self._moved = moved
        self._file = place / "content"

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Keep other runs from making the folder. Yields whether the place is the kit's own, so that it can keep one.

        A run that only copies the folder waits for nobody.
        """
        with contextlib.ExitStack() as closing:
            try:
                lock = self._lock()
                closing.callback(os.close, lock)
                usable = wait_until(lambda: _try_lock(lock), LOCKED_FOR, 0.05)
            except OSError:
                usable = False
            yield usable

    def copy_to(self, folder: Path) -> bool:
        """Make `folder` a copy of what is kept. Return False, and make nothing, where nothing valid is kept.

        Raises OSError when the copy can't be written.
        """
        content = self._read()
        if content is None:
            return False
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extraction_filter = lambda member, _path: member  # the kit has packed it itself
            archive.extractall(folder)  # noqa: S202 - the kit has signed it
            old = archive.pax_headers.get("comment", "")
        if self._moved:
            _move(folder, old)
        with contextlib.suppress(OSError):
            os.utime(self._place)
        return True

    def keep(self, folder: Path) -> None:
        """Keep a copy of a folder. Where that is impossible, nothing is kept, and nothing is said."""
        key = user_key()
        with contextlib.suppress(OSError, tarfile.TarError):
            if key is not None and _bytes_in(folder) < LARGEST:
                packed = io.BytesIO()
                headers = {"comment": str(folder)}
                with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as archive:
                    archive.add(folder, arcname=".")
                content = packed.getvalue()
                draft = self._place / f"draft-{os.getpid()}"
                _clear(draft)
                with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, 0o400)) as file:
                    file.write(self._signed(key, content))
                    file.write(content)
                _clear(self._file)
                draft.replace(self._file)

    def size(self) -> int:
        """Return how many bytes are kept, valid or not."""
        with contextlib.suppress(OSError):
            return self._file.lstat().st_size
        return 0

    def _lock(self) -> int:
        self._place.mkdir(parents=True, exist_ok=True)
        found = self._place.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise PermissionError
        return os.open(
            self._place / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600
        )

    def _read(self) -> bytes | None:
        """Read the archive whole before its signature is compared, as a program may change the file meanwhile."""
        key, content, signed = user_key(), b"", b""
        with contextlib.suppress(OSError), contextlib.ExitStack() as closing:
            descriptor = os.open(self._file, READING)
            closing.callback(os.close, descriptor)
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_size <= LARGEST:
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    signed, content = file.read(SIGNATURE), file.read(LARGEST)
        return content if key and hmac.compare_digest(signed, self._signed(key, content)) else None

    def _signed(self, key: str, content: bytes) -> bytes:
        return sign(key, f"{self._place.parent.name}/{self._place.name}", hashlib.sha256(content).hexdigest()).encode()


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _clear(path: Path) -> None:
    """Remove whatever stands where a file belongs."""
    if path.is_dir() and not path.is_symlink():
        remove(path)
    path.unlink(missing_ok=True)


def _bytes_in(folder: Path) -> int:
    return sum(path.lstat().st_size for path in trees.files(folder))


def _move(folder: Path, old: str) -> None:
    """Write the new path of an environment into the files that name the old one."""
    before, after = os.fsencode(old), os.fsencode(folder)
    for path in [*folder.glob("*"), *(folder / "bin").glob("*")]:
        if path.is_file() and not path.is_symlink() and path.stat().st_size < LARGEST_SCRIPT:
            text = path.read_bytes()
            if before in text and b"\0" not in text:
                path.write_bytes(text.replace(before, after))
