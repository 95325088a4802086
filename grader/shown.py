"""How what was seen is shown: shortened, on one line, and without anything that a terminal would obey."""

from __future__ import annotations

import codecs
import re

SHOWN = 200
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
    """Show a value as Python would, shortened."""
    if isinstance(value, bytes):
        return shorten(value)
    said = repr(value)
    return said if len(said) <= SHOWN else f"{said[:SHOWN]}…"


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
