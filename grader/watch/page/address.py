"""The address of a project's page. The kit keeps it in `.kit/`, so that an open tab finds the next watch again."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.project.state import ProjectState
from grader.system.ports import LOOPBACK, Port, is_free

FILE = "page.json"
LENGTH = 24
"""Bytes of a token."""


@dataclass(frozen=True)
class Address:
    """Where the page is: a port of the loopback address, and the token that only its owner knows."""

    port: int
    token: str

    @property
    def base(self) -> str:
        """The path below which everything lies."""
        return f"/{self.token}/"

    @property
    def url(self) -> str:
        """What goes into a browser."""
        return f"http://{LOOPBACK}:{self.port}{self.base}"


def of(project: Path) -> Address:
    """Return the address of a project's page: the one that it had before, or else a new one.

    While another program has its port, the page is elsewhere, for this once. A file that others could have read or
    written gives no address. One that can't be written is not kept.
    """
    path = ProjectState(project).folder / FILE
    kept = _read(path)
    if kept is not None and is_free(kept.port):
        return kept
    port = Port()
    port.release()
    address = Address(port.number, secrets.token_urlsafe(LENGTH))
    if kept is not None:
        return address
    with contextlib.suppress(OSError):
        ProjectState(project).data()  # makes .kit/, too
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"port": address.port, "token": address.token}, file)
    return address


def _read(path: Path) -> Address | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, encoding="ascii") as file:
            about = os.fstat(descriptor)
            if about.st_uid != os.geteuid() or stat.S_IMODE(about.st_mode) & 0o077:
                return None
            found = json.loads(file.read(1000))
        address = Address(int(found["port"]), str(found["token"]))
        if 1024 <= address.port < 65536 and len(address.token) >= LENGTH and address.token.isascii():
            return address
    return None
