"""Runs a project's `inspect` command, which counts the rows of a database that the kit can't open."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.errors import Failed
from grader.system.process import Process, Programs, how_it_ended
from grader.text.values import shorten

INSPECT_WITHIN = 10.0
LISTING = '{"table name": row count, ...} as JSON'
LONGEST_LISTING = 1024 * 1024
NO_MARK = "nobody carries this"
"""A mark that no process has. `inspect` shares its environment with the server, which must not be killed with it."""


def inspector(
    argv: list[str], cwd: Path, env: Mapping[str, str], programs: Programs | None = None
) -> Callable[[], str]:
    """Make a function that runs a project's `inspect` command and returns what it printed; raises Failed."""

    def inspect() -> str:
        process = Process(argv, cwd=cwd, env=env, mark=NO_MARK, programs=programs, apart=True, keep=LONGEST_LISTING)
        try:
            code = process.wait(INSPECT_WITHIN)
        finally:
            process.kill()
        if code is None:
            raise Failed(f"the inspect command did not end within {INSPECT_WITHIN:.0f} s", expected=LISTING)
        if code:
            from grader.text.last_words import last_words  # a slow import, which only a failure needs

            failed = f"the inspect command failed ({how_it_ended(code)})"
            raise Failed(failed, expected=LISTING, log=last_words(process.errors.text))
        return process.output.text

    return inspect


def read_counts(printed: str) -> dict[str, int]:
    """Read what an `inspect` command printed; raises Failed."""
    with contextlib.suppress(ValueError, RecursionError):
        counts = json.loads(printed)
        if isinstance(counts, dict) and all(type(count) is int for count in counts.values()):
            return counts
    raise Failed(
        f"the inspect command printed {shorten(printed.encode()) if printed.strip() else 'nothing'}",
        expected=LISTING,
    )
