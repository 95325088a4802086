"""What Locust's two classes of users reach against a server that needs no time, measured as learners measure it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

from grader.errors import MachineError
from grader.load.measurement import require
from grader.load.reference import ReferenceServer
from grader.system.process import Process, Programs
from grader.text.last_words import last_words

USERS_FILE = Path(__file__).with_name("ceiling_users.py")
CLASSES = {"http_user": "Usual", "fast_http_user": "Fast"}
USERS = 16
SECONDS = 3
GRACE = 25.0
RUNS = 3
TIMES = 2.0
"""The factor within which a claim is right."""
KEPT = 4 * 1024 * 1024


def runs(name: str, programs: Programs) -> Iterator[float]:
    """Yield what a class of users reaches in one run after the other, in requests per second."""
    for _ in range(RUNS):
        yield _run(CLASSES[name], programs)


def agrees(value: float, measured: float) -> bool:
    """Tell whether a claim lies within the allowed factor of a measurement."""
    return measured / TIMES <= value <= measured * TIMES


def measured_for(name: str, likely: Iterable[float], programs: Programs) -> float:
    """Measure until one of the `likely` rates is confirmed, at most three times. Return the median of what came.

    Raises LoadUnavailable without Locust.
    """
    require()
    seen: list[float] = []
    for rate in runs(name, programs):
        seen.append(rate)
        if any(agrees(value, rate) for value in likely):
            return rate
    return median(seen)


def _run(kind: str, programs: Programs) -> float:
    """Run Locust once, in one process, against the server that needs no time."""
    with ReferenceServer(programs=programs) as server, tempfile.TemporaryDirectory(prefix="kit-load-") as place:
        mark = f"KIT_CEILING={place}"
        env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": place, "LC_ALL": "C.UTF-8", "KIT_CEILING": place}
        load = ["--headless", "--json", "-u", str(USERS), "-r", str(USERS), "-t", f"{SECONDS}s", "-H", server.url]
        command = [sys.executable, "-P", "-m", "locust", "-f", str(USERS_FILE), *load, kind]
        process = Process(command, cwd=Path(place), env=env, mark=mark, programs=programs, apart=True, keep=KEPT)
        try:
            if process.wait(SECONDS + GRACE) is None:
                raise MachineError("Locust did not end in time: this machine is too busy; try again later.")
            process.output.finish()
            return _rate(process.output.text, process.errors.text)
        finally:
            process.kill()


def _rate(printed: str, complained: str) -> float:
    """Read the requests per second from the JSON that Locust prints: the median of its whole seconds."""
    try:
        (entry,) = json.loads(printed)
        counts = {int(second): count for second, count in entry["num_reqs_per_sec"].items()}
    except (ValueError, KeyError, TypeError):
        raise MachineError(f"Locust did not run: {last_words(complained, 1) or 'it printed nothing'}") from None
    whole = [counts[second] for second in sorted(counts)[1:-1]]
    return float(median(whole)) if whole else float(max(counts.values(), default=0))
