"""How what was seen is shown: shortened, on one line, and without anything that a terminal would obey."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Sequence
from typing import Any

SHOWN = 200
FEW = 8
BEFORE = 2
"""So many entries are shown of a long list, and so many of them before the first that differs."""
STACK_TRACES = re.compile(
    r"""(?mx)
    Traceback\ \(most\ recent\ call\ last\)       # Python
    | ^[ \t]+at\ (?:async\ )?[^\s():]+\(.*        # Java, Kotlin, C#
    | ^[ \t]+at\ .*:\d+:\d+\)?$                  # JavaScript
    | Exception\ in\ thread\ ".*                  # Java
    | panicked\ at\ .* | ^stack\ backtrace:.*     # Rust
    | ^goroutine\ \d+\ \[.*                       # Go
    | \.rb:\d+:in\ .*                            # Ruby
    | [ \t]called\ at\ \S+\ line\ \d+            # Perl
    | ^(?:PHP\ )?Stack\ trace:$                  # PHP
    | core\ dumped
    """
)


def shown(value: object) -> str:
    """Show a value as Python would, shortened; but null, true and false as JSON does, which every learner reads."""
    if isinstance(value, bytes):
        return shorten(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    said = repr(value)
    return said if len(said) <= SHOWN else f"{said[:SHOWN]}…"


def excerpt(text: str, beside: str) -> str:
    """Show a text as Python would; where it or the text beside it is long, only around their first difference."""
    if max(len(repr(text)), len(repr(beside))) <= SHOWN:
        return repr(text)
    begin = max(0, _alike(text, beside) - SHOWN // 8)
    part = text[begin : begin + SHOWN // 2]
    before, after = "…" if begin else "", "…" if begin + len(part) < len(text) else ""
    return f"{before}{part!r}{after} ({len(text)} characters)"


def listed(entries: Sequence[Any], beside: Sequence[Any] = ()) -> str:
    """Show the first eight entries; of long lists those around the first that differs from the list beside it."""
    alike = _alike(entries, beside) if beside else 0
    begin = alike - BEFORE if alike >= FEW else 0
    few = ", ".join(str(one) for one in entries[begin : begin + FEW])
    before, after = "…, " if begin else "", ", …" if begin + FEW < len(entries) else ""
    return printable(f"{before}{few}{after}" + (f" ({len(entries)} in all)" if before or after else ""))


def _alike(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Count the entries at the beginning that both have."""
    both = min(len(one), len(other))
    return next((place for place in range(both) if one[place] != other[place]), both)


def shorten(content: bytes) -> str:
    """Show at most 200 characters of a body, on one line, with control characters made visible."""
    begun = codecs.getincrementaldecoder("utf-8")("replace").decode(content[: 4 * SHOWN], len(content) <= 4 * SHOWN)
    shown = printable(" ".join(begun.split()))
    return f'"{shown[:SHOWN]}"' + ("…" if len(shown) > SHOWN or len(content) > 4 * SHOWN else "")


def printable(text: str, keep: str = "") -> str:
    """Replace what would move the cursor or colour the terminal by a visible escape."""
    return "".join(c if c in keep or c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def stack_traces(text: str) -> list[str]:
    """List the lines that give away a stack trace, each once."""
    return list(dict.fromkeys(shorten(match.group().strip().encode()) for match in STACK_TRACES.finditer(text)))
