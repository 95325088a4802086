"""Lines that prove who wrote them: a key that two processes share, and nobody else.

A project's programs belong to the same user as the kit. So they can open the kit's pipes and files, and write into
them. They can't know the key: it never stands in a command line, in the environment or in a file, and where the system
allows it, no other process may look into the memory of one that holds it. A program that runs as root looks into any
memory; only a sandbox keeps it out.
"""

from __future__ import annotations

import contextlib
import os
import sys

KEY_BYTES = 32
PR_SET_DUMPABLE = 4
"""From `linux/prctl.h`."""


class Forged(Exception):
    """A line came that the holder of the key didn't write, or didn't write at this place."""


def new_key() -> str:
    """Draw a key, written as hexadecimal digits."""
    return os.urandom(KEY_BYTES).hex()


def sign(key: str, name: str, text: str) -> str:
    """Return the signature of a text that has a name of its own, such as that of a file."""
    import hashlib  # imported late, because the service starts during these slow imports
    import hmac

    said = f"{name} {text}".encode("utf-8", "surrogatepass")
    return hmac.new(bytes.fromhex(key), said, hashlib.sha256).hexdigest()


def is_signed(key: str, name: str, text: str, signature: str) -> bool:
    """Tell whether this is the signature of a text, in a time that says nothing about the right one."""
    from hmac import compare_digest

    return compare_digest(signature.encode("utf-8", "surrogatepass"), sign(key, name, text).encode())


class Seal:
    """Seals lines, or opens sealed ones. Each line has its number in the seal, so none can be repeated or left out."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._number = 0

    def close(self, text: str) -> str:
        """Return the sealed line for a text without line breaks, without a line break at its end."""
        self._number += 1
        return f"{sign(self._key, str(self._number), text)} {text}"

    def open(self, line: str) -> str:
        """Return the text of a sealed line, without a line break at its end; raises Forged when the seal is wrong."""
        seal, _, text = line.rstrip("\n").partition(" ")
        self._number += 1
        if not is_signed(self._key, str(self._number), text, seal):
            raise Forged
        return text


def hide_memory() -> None:
    """Forbid other processes to look into the memory of this one, where the system knows how. Root still may."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
