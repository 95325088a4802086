"""The watch that the benchmark of a verdict measures: a project that is saved, and the verdict that comes of it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader import course
from grader.system.ports import Port
from grader.watch.session import Watch
from grader.watch.snapshot import SETTLED, Snapshot

LONGEST = 60.0
TYPING = 1.5
"""Seconds after which the next process is warm. Hardly anybody saves faster."""
GIT = ("init -q -b main", "add -A", "-c user.name=Bench -c user.email=bench@localhost commit -q -m Start")


class Watched:
    """A copy of a project, with a watch that stays at one step."""

    def __init__(self, watch: Watch, file: Path) -> None:
        self._watch = watch
        self._file = file
        self._changed = threading.Condition()
        self._now = watch.snapshot()
        watch.subscribe(self._take)

    def save(self) -> float:
        """Save a file, and return the seconds until the verdict on the step is shown."""
        before = self._now.checked_at
        text = self._file.read_text() + "\n"
        began = time.perf_counter()
        self._file.write_text(text)
        self._until(lambda now: now.checked_at > before and now.verdict == "pass")
        seconds = time.perf_counter() - began
        self.settle()
        return seconds

    def settle(self) -> None:
        """Wait until nothing goes on: no checks run, the service runs, and the next process is warm."""
        self._until(lambda now: now.phase == SETTLED and not now.doing and now.service.running)
        time.sleep(TYPING)

    def _take(self, now: Snapshot) -> None:
        with self._changed:
            self._now = now
            self._changed.notify_all()

    def _until(self, holds: object) -> None:
        assert callable(holds)
        with self._changed:
            if not self._changed.wait_for(lambda: holds(self._now), LONGEST):
                raise TimeoutError(f"The watch did not come to a verdict: {self._now}")


@contextmanager
def watched(solution: Path, step: str, file: str) -> Iterator[Watched]:
    """Watch a copy of a solution that stays at one step. `file` is the one that is saved."""
    known, port = course.load(), Port()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "project"
        shutil.copytree(solution, folder, ignore=shutil.ignore_patterns(".kit", "__pycache__"))
        for words in GIT:
            subprocess.run(["git", *words.split()], cwd=folder, check=True)
        watch = Watch(folder, known, step=known.find_step(step), port=port.number)
        made = Watched(watch, folder / file)
        thread = threading.Thread(target=watch.run)
        thread.start()
        try:
            yield made
        finally:
            watch.quit()
            thread.join()
            port.release()
