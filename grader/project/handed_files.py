"""Reading what a learner handed in: any file may be a pipe, a device, or larger than the memory of this machine.

Every read here has an end. It opens without waiting, takes only regular files, and never more than it was told. What it
refuses is an OSError whose `strerror` says why.
"""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from pathlib import Path
from typing import Any, BinaryIO

SMALL = 64 * 1024
"""Bytes of a file that somebody writes by hand, such as `service.toml`."""
LARGE = 64 * 1024 * 1024
MOST_DOTS = 100
"""Dots in one line of TOML. Each dot in a key makes a table, and the parser needs more and more time for each."""


def read(path: Path, most: int = SMALL, *, links: bool = True) -> bytes:
    """Return the bytes of a regular file; raises OSError where it is none, has more than `most`, or can't be read.

    Without `links`, a symbolic link is refused as well.
    """
    with _opened(path, links=links) as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(most + 1) if size <= most else b""
    if size > most or len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {_size(most)}")
    return content


def beginning(path: Path, most: int) -> tuple[bytes, int]:
    """Return the first bytes of a regular file, and its size; raises OSError where it is none, or can't be read."""
    with _opened(path, links=True) as file:
        return file.read(most), os.fstat(file.fileno()).st_size


def text(path: Path, most: int = SMALL, *, errors: str = "strict", links: bool = True) -> str:
    """Return the text of a regular file, without a byte order mark; raises OSError, UnicodeDecodeError."""
    return read(path, most, links=links).decode("utf-8-sig", errors).replace("\r\n", "\n")


def toml(path: Path, most: int = SMALL) -> dict[str, Any]:
    """Return what a TOML file holds; raises OSError, and ValueError where it isn't UTF-8 text in TOML."""
    return parse(text(path, most))


def parse(content: str) -> dict[str, Any]:
    """Return what a text in TOML holds; raises ValueError with one sentence where it is none."""
    for number, line in enumerate(content.splitlines(), 1):
        if line.count(".") > MOST_DOTS:
            raise ValueError(f"line {number} has more than {MOST_DOTS} dots")
    try:
        return tomllib.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _opened(path: Path, *, links: bool) -> BinaryIO:
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    file = os.fdopen(os.open(path, flags if links else flags | os.O_NOFOLLOW), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is no plain file")
    return file


def _size(count: int) -> str:
    mega = 1024 * 1024
    return f"{count // 1024} kilobytes" if count < mega else f"{count // mega} megabytes"
