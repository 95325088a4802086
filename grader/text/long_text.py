"""Short expressions in Python for long texts that repeat themselves, so that a line to paste stays short."""

from __future__ import annotations

import re
import shlex

LONG = 300
"""How many characters a text in a line to paste may have before the kit writes it as an expression."""
RUN = re.compile(r"(.{1,48}?)\1{7,}", re.DOTALL)
"""A part of a text that is repeated eight times or more."""


def program(content: bytes) -> str | None:
    """Write a command that prints exactly these bytes, if they are long and such a command is much shorter."""
    if len(content) <= LONG:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        expression = _expression(content.decode("latin-1"), "b")
        code = f"import sys; sys.stdout.buffer.write({expression})"
    else:
        expression = _expression(text)
        code = f'print({expression}, end="")'
        if not content.isascii():
            code = f"import sys; sys.stdout.buffer.write(({expression}).encode())"
    return f"python3 -c {shlex.quote(code)}" if 2 * len(code) < len(content) else None


def _expression(text: str, prefix: str = "") -> str:
    """Write a text as a sum of literals and of repeated literals."""
    parts, place = [], 0
    for run in RUN.finditer(text):
        if len(run[0]) < LONG // 5:
            continue
        parts += [_literal(text[place : run.start()], prefix)] if run.start() > place else []
        parts.append(f"{_literal(run[1], prefix)} * {len(run[0]) // len(run[1])}")
        place = run.end()
    parts += [_literal(text[place:], prefix)] if place < len(text) else []
    return " + ".join(parts)


def _literal(text: str, prefix: str) -> str:
    return prefix + '"' + "".join(_escaped(c, is_byte=bool(prefix)) for c in text) + '"'


def _escaped(character: str, *, is_byte: bool) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable() and not (is_byte and not character.isascii()):
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
