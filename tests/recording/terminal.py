"""A terminal of 80 columns: what a program leaves on it, with colours."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyte

COLUMNS, ROWS = 80, 26
TALLEST = 400
"""The rows that pyte keeps, so that nothing scrolls away: more than any command prints."""
FAINT, BLINKING = "2", "5"
STYLE = re.compile(rb"\x1b\[([0-9;]*)m")
COLOURS = {"red", "green", "brown", "blue", "magenta", "cyan"}


@dataclass(frozen=True)
class Run:
    """A text in one style, from a column on. The style is a set of words: a colour, `bold`, `dim`."""

    column: int
    text: str
    style: tuple[str, ...] = ()


Line = tuple[Run, ...]


def play(argv: list[str], folder: Path, env: Mapping[str, str]) -> list[Line]:
    """Run a program at a pseudo-terminal to its end, and return the lines that stand there then."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (ROWS, COLUMNS))
    process = subprocess.Popen(argv, cwd=folder, env=env, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    written = bytearray()
    try:
        while chunk := _read(master):
            written += chunk
    finally:
        os.close(master)
        process.wait(timeout=60)
    return shown(bytes(written))


def shown(written: bytes) -> list[Line]:
    """Return the lines that a terminal shows after these bytes, down to the one before the cursor."""
    screen = pyte.Screen(COLUMNS, TALLEST)
    pyte.ByteStream(screen).feed(STYLE.sub(_faint_as_blinking, written))
    rows = range(screen.cursor.y + (screen.cursor.x > 0))
    return [_line([screen.buffer[row][column] for column in range(COLUMNS)]) for row in rows]


def text_of(line: Line) -> str:
    """Return a line as plain text."""
    text = ""
    for run in line:
        text = text.ljust(run.column) + run.text
    return text


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # Linux says so when the last program has closed the terminal
        return b""


def _faint_as_blinking(found: re.Match[bytes]) -> bytes:
    """Write the faint style, which pyte doesn't know, as one that it knows and that no command uses."""
    codes = found[1].decode().split(";")
    if {"38", "48"} & set(codes):
        return found[0]
    return f"\x1b[{';'.join(BLINKING if code == FAINT else code for code in codes)}m".encode()


def _line(cells: list[pyte.screens.Char]) -> Line:
    """Join the cells of a row to runs: blanks at the end and between columns of a table belong to none."""
    runs: list[Run] = []
    column = 0
    for style, group in groupby(cells, _style):
        text = "".join(cell.data for cell in group)
        runs += [Run(column + one.start(), one[0], style) for one in re.finditer(r"\S+(?: \S+)*", text)]
        column += len(text)
    return tuple(runs)


def _style(cell: pyte.screens.Char) -> tuple[str, ...]:
    words = [cell.fg.removeprefix("bright")] if cell.fg.removeprefix("bright") in COLOURS else []
    words += ["bold"] if cell.bold else []
    return (*words, *(["dim"] if cell.blink else []))
