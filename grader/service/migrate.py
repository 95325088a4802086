"""The wait for a project's `migrate`, and the error when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable

from grader.errors import Failed, TooLate
from grader.system.process import Process, how_it_ended

MIGRATE_WITHIN = 60.0


def await_migrate(start: Callable[[], Process], line: str) -> float:
    """Start a `migrate`, wait for its end, kill what it left running, and return its seconds.

    `line` is the command as a line to paste. Raises TooLate after 60 s, and Failed when it can't be started or when the
    exit code isn't 0.
    """
    began = time.monotonic()
    try:
        process = start()
    except Failed as failure:
        raise Failed(
            f"migrate: {failure.actual}", expected="a migrate that can be started", request=line, clause="K1"
        ) from None
    try:
        code = process.wait(MIGRATE_WITHIN)
    finally:
        process.kill()
    if code == 0:
        return time.monotonic() - began
    from grader.text.last_words import last_words  # a slow import, which only a failure needs

    log = last_words(process.output.text)
    if code is None:
        raise TooLate(
            f"migrate still running after {MIGRATE_WITHIN:g} s", expected="an end", request=line, log=log, clause="K1"
        )
    raise Failed(f"migrate ended with {how_it_ended(code)}", expected="exit code 0", request=line, log=log, clause="K1")
