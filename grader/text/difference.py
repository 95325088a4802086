"""How the kit shows two values side by side, so that a reader sees where they differ."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from grader.text.values import SHOWN, printable, shown

FEW = 8
"""How many entries of a long list are shown."""
BEFORE = 2
"""How many of these entries come before the first one that differs."""
MEMBERS = 4
"""How many members of an object are shown."""
BLANK = "·"
"""How a blank is shown where two texts differ only in white space."""
BLANK_SAID = f" ({BLANK} is a blank)"
ABSENT = object()


def beside(one: Any, other: Any) -> str:
    """Show a JSON value next to another one. Of long texts, lists and objects, show only what differs."""
    if isinstance(one, str) and isinstance(other, str):
        return excerpt(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return _members(one, other)
    if isinstance(one, list) and isinstance(other, list) and len(repr(one)) + len(repr(other)) > SHOWN:
        return _entry_of(one, other)
    if one != other and look_alike(shown(one), shown(other)):
        return excerpt(repr(one), repr(other))
    return shown(one)


def excerpt(text: str, beside: str) -> str:
    """Show a text as Python's `repr` does, next to another text `beside`.

    When one of them is long, show only the part around their first difference. Where they differ only in white space,
    show each blank as a dot. Where they differ in a character beyond ASCII, name it, as two of these may look alike.
    """
    place = alike(text, beside)
    if max(len(repr(text)), len(repr(beside))) <= SHOWN:
        written, length = repr(text), ""
    else:
        begin = max(0, place - SHOWN // 8)
        part = text[begin : begin + SHOWN // 2]
        before, after = "…" if begin else "", "…" if begin + len(part) < len(text) else ""
        written, length = f"{before}{part!r}{after}", f" ({len(text)} characters)"
    if text != beside and "".join(text.split()) == "".join(beside.split()):
        return written.replace(" ", BLANK) + length + BLANK_SAID
    return written + length + _character(text, beside, place)


def listed(entries: Sequence[Any], beside: Sequence[Any] = ()) -> str:
    """Show the first eight entries of a list.

    With another list `beside`, show the eight entries around the first one that differs. Where both would look alike,
    show each entry next to its counterpart.
    """
    plain = _listed(entries, beside, quoted=False)
    if not beside or tuple(entries) == tuple(beside) or not look_alike(plain, _listed(beside, entries, quoted=False)):
        return plain
    return _listed(entries, beside, quoted=True)


def look_alike(one: str, other: str) -> bool:
    """Tell whether two texts can't be told apart on a terminal, which may break a line at any blank."""
    return "".join(one.split()) == "".join(other.split())


def alike(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Count the entries at the beginning that are equal in both."""
    both = min(len(one), len(other))
    return next((place for place in range(both) if one[place] != other[place]), both)


def _listed(entries: Sequence[Any], beside: Sequence[Any], *, quoted: bool) -> str:
    same = alike(entries, beside) if beside else 0
    begin = same - BEFORE if same >= FEW else 0
    shown_ones = range(begin, min(begin + FEW, len(entries)))
    few = ", ".join(_entry(entries[n], beside[n] if n < len(beside) else "", quoted=quoted) for n in shown_ones)
    before, after = "…, " if begin else "", ", …" if begin + FEW < len(entries) else ""
    return printable(f"{before}{few}{after}" + (f" ({len(entries)} in all)" if before or after else ""))


def _entry(one: Any, other: Any, *, quoted: bool) -> str:
    if isinstance(one, str) and (quoted or len(one) > SHOWN):
        return excerpt(one, str(other))
    return shown(one) if quoted else str(one)


def _members(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Show the members that differ, by name; all of them if none differs."""
    names = [name for name in sorted({**one, **other}) if one.get(name, ABSENT) != other.get(name, ABSENT)] or list(one)
    parts = [_member(name, one, other) for name in names[:MEMBERS]]
    more = [f"and {len(names) - MEMBERS} more"] if len(names) > MEMBERS else []
    return ", ".join([*parts, *more]) or "{}"


def _member(name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    if name not in one:
        return f"no {name}"
    return f"{name}: {beside(one[name], other[name]) if name in other else shown(one[name])}"


def _entry_of(one: Sequence[Any], other: Sequence[Any]) -> str:
    """Show the first entry that differs."""
    place = alike(one, other)
    if place >= len(one):
        return f"{len(one)} entries"
    entry = beside(one[place], other[place]) if place < len(other) else shown(one[place])
    return f"entry {place + 1} of {len(one)}: {entry}"


def _character(text: str, beside: str, place: int) -> str:
    """Name the first character that differs, if it or its counterpart isn't ASCII and the two may look alike."""
    here, there = text[place : place + 1], beside[place : place + 1]
    if here == there or (here + there).isascii() or not _may_look_alike(here, there):
        return ""
    name = f"is U+{ord(here):04X}" if here else "is missing"
    return f" (character {place + 1} {name})"


def _may_look_alike(here: str, there: str) -> bool:
    """Tell whether a reader may take one character for the other, or not see one of them."""
    kinds = {unicodedata.category(character)[0] for character in here + there}
    if len(here + there) < 2 or kinds & set("MCZ") or kinds <= set("PS"):
        return True
    one, other = (unicodedata.normalize("NFKD", character)[0].casefold() for character in (here, there))
    return one == other or _last_word(here) == _last_word(there)


def _last_word(character: str) -> str:
    """Return the last word of a character's name: those of `a` in two alphabets are the same."""
    return unicodedata.name(character, character).rpartition(" ")[2]
