"""The names of several projects: each is unique, leads to its folder, and may be the name of a file anywhere."""

from __future__ import annotations

import os
import re
import shlex
import unicodedata
from collections.abc import Sequence
from pathlib import Path

LONGEST = 120
"""How many bytes a name may have. A disk takes 255, and the name of a file has more than the project's."""
TAKEN = "index"
"""A name that the page of all projects has already."""
NOT_IN_FILES = frozenset('<>:"|?*\\/')
"""Characters that some disk takes in no name of a file."""
NO_UTF_8 = re.compile("[\udc80-\udcff]")
"""How Python writes a byte of a path that is no UTF-8."""


def names(folders: Sequence[Path]) -> list[str]:
    """Name projects by their folders.

    Where folders have the same name, those above them stand in front: `ann/chat` and `ben/chat` are `ann-chat` and
    `ben-chat`. What is still the same gets a number. Names that differ only in case are the same, as on some disks.
    """
    paths = [absolute(folder).parts[1:] for folder in folders]
    keys = [tuple(map(_key, path)) for path in paths]
    depths = [1 + max((_alike(key, other) for other in keys if other != key), default=0) for key in keys]
    return _numbered([_name(path, depth) for path, depth in zip(paths, depths, strict=True)], depths)


def absolute(folder: Path) -> Path:
    """Return the path of a folder from the root. A link keeps its own name, as people know it by that."""
    return Path(os.path.abspath(folder))  # noqa: PTH100 - `resolve` would follow links


def readable(path: Path | str) -> str:
    r"""Write a path, or a sentence with a path, as text. A byte that is no UTF-8 is shown as `\xe9`."""
    return NO_UTF_8.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", str(path))


def pasted(path: Path | str) -> str:
    """Write a path as a word for a shell."""
    if NO_UTF_8.search(str(path)) is None:
        return shlex.quote(str(path))
    escaped = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{readable(escaped)}'"


def _alike(path: Sequence[str], other: Sequence[str]) -> int:
    """Count the folders at the end of two paths that have the same names."""
    pairs = zip(reversed(path), reversed(other), strict=False)
    return next((number for number, (one, two) in enumerate(pairs) if one != two), min(len(path), len(other)))


def _numbered(wanted: Sequence[str], depths: Sequence[int]) -> list[str]:
    """Give a number to each name that another project has already. Who has the plain name of the folder keeps it."""
    once = {_key(name) for name in wanted}
    taken = {_key(TAKEN)}
    found = list(wanted)
    for place in sorted(range(len(wanted)), key=lambda place: depths[place]):
        number, free = 1, wanted[place]
        while _key(free) in taken or (number > 1 and _key(free) in once):
            number += 1
            free = f"{wanted[place]}-{number}"
        taken.add(_key(free))
        found[place] = free
    return found


def _name(path: tuple[str, ...], depth: int) -> str:
    text = "-".join("".join(map(_character, part)) for part in path[-depth:]) or "project"
    if text.startswith("."):
        text = f"%2E{text[1:]}"  # else its report would be hidden
    return text.encode()[:LONGEST].decode("utf-8", "ignore")


def _character(character: str) -> str:
    if character.isprintable() and character not in NOT_IN_FILES:
        return character
    return "".join(f"%{byte:02X}" for byte in os.fsencode(character))


def _key(name: str) -> str:
    """Return what two names have in common that a disk may take for the same."""
    return unicodedata.normalize("NFKC", name).casefold()
