"""Reads a profile that a stranger wrote, in a process of its own: a broken one may take memory without end, or crash.

The profile comes on stdin, in the format of `cProfile`. The functions with the most own time go to stdout in JSON. This
file imports nothing of the kit, as it runs apart from it.
"""

from __future__ import annotations

import contextlib
import json
import marshal
import math
import resource
import sys

FIRST = 6
SECONDS = 20
MEMORY = 1024 * 1024 * 1024


def main() -> None:
    """Read the profile, and write the names of the first six functions by own time, and those that equal the sixth."""
    for limit, value in (("RLIMIT_CORE", 0), ("RLIMIT_CPU", SECONDS), ("RLIMIT_AS", MEMORY)):
        with contextlib.suppress(ValueError, OSError):  # the machine may allow less already
            resource.setrlimit(getattr(resource, limit), (value, value))
    try:
        own = dict(_own_times(marshal.loads(sys.stdin.buffer.read())))  # noqa: S302 - this is why it is a process apart
    except (ValueError, EOFError, TypeError, MemoryError, RecursionError):
        sys.exit("no profile")
    ranked = sorted(own.values(), reverse=True)
    least = ranked[min(FIRST, len(ranked)) - 1] if ranked else 0.0
    best = sorted((function for function, seconds in own.items() if seconds >= least), key=lambda one: -own[one])
    json.dump([name for _, _, name in best], sys.stdout)


def _own_times(profile: object) -> list[tuple[tuple[str, int, str], float]]:
    """List the functions with their own seconds; raises ValueError or TypeError when it is something else."""
    if not isinstance(profile, dict):
        raise TypeError
    found = []
    for (file, line, name), (calls, all_calls, own, cumulative, _callers) in profile.items():
        if not isinstance(file, str) or not isinstance(line, int) or not isinstance(name, str):
            raise TypeError
        if not all(isinstance(one, int | float) and math.isfinite(one) for one in (calls, all_calls, own, cumulative)):
            raise TypeError
        found.append(((file, line, name), float(own)))
    return found


if __name__ == "__main__":
    main()
