"""The folder through which the kit and its load generator talk: files that each of the two has signed.

A file is complete as soon as it exists. The programs of a project belong to the same user, so they can write into the
folder. They don't have the key, so what they write is `Forged`.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from grader.project import handed_files, plain_files
from grader.system.seal import Forged, sign

FOLDER, CHANNEL = "KIT_LOAD_FOLDER", "KIT_LOAD_CHANNEL"
"""The environment variables that tell the generator its folder, and the descriptor on which it gets its key."""
KEY_LENGTH = 64
LARGEST = 512 * 1024 * 1024


class Mailbox:
    """One of the two ends; `key` is written in hexadecimal digits."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        self._key = key

    def put(self, name: str, text: str) -> None:
        """Write a file, with the signature of its name and its text."""
        plain_files.put(self.folder / name, f"{sign(self._key, name, text)} {text}".encode())

    def has(self, name: str) -> bool:
        """Tell whether a file has come."""
        return (self.folder / name).exists()

    def take(self, name: str) -> str:
        """Read a file and remove it; raises Forged where somebody else wrote it."""
        path = self.folder / name
        try:
            seal, _, text = handed_files.text(path, LARGEST, errors="replace").partition(" ")
            path.unlink()
        except OSError:  # a pipe, say, which the other end never puts there
            raise Forged from None
        if seal != sign(self._key, name, text):
            raise Forged
        return text


def opened() -> Mailbox:
    """Return the generator's own end: its folder is in the environment, its key comes through a socket."""
    with socket.socket(fileno=int(os.environ.pop(CHANNEL))) as channel:
        key = channel.recv(KEY_LENGTH, socket.MSG_WAITALL).decode()
    return Mailbox(Path(os.environ[FOLDER]), key)
