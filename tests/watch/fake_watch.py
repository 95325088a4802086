"""A watch that checks nothing: it has the snapshot that a test gives it, and notes what it was asked for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader import course
from grader.watch.snapshot import SETTLED, Failure, ServiceNow, Since, Snapshot, StepNow, rows

COURSE = course.load()
FAILURE = Failure(
    step="1.4",
    outcome="fail",
    says="An unknown path is answered with 404.",
    before="",
    asked="curl -i http://127.0.0.1:5000/no-such-page",
    expected="404",
    seen="200",
    paste="curl -i http://127.0.0.1:5000/no-such-page",
    where="K4 of the contract, exercises/CONTRACT.md",
    printed="",
    note="",
)


def snapshot(step: str = "1.4", **changes: Any) -> Snapshot:
    """Make the snapshot of a settled watch at a step. The steps before it have passed."""
    at = COURSE.find_step(step)
    before = COURSE.steps[: COURSE.steps.index(at)]
    settled = Snapshot(
        phase=SETTLED,
        step=StepNow.of(at),
        stages=rows(COURSE, {one.id: "pass" for one in before}),
        failure=None,
        since=Since(),
        hints=(),
        hints_left=3,
        solution=None,
        service=ServiceNow(running=True, url="http://127.0.0.1:5000", output=""),
        problem=None,
        next_line=f"Change your code and save: kit checks {step} again.",
        checked_at=1_700_000_000.0,
    )
    return replace(settled, **changes)


class FakeWatch:
    """Has what the page needs of a watch. `asked` lists what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._snapshot = snapshot(failure=FAILURE, verdict="fail")
        self._callbacks: list[Callable[[Snapshot], None]] = []

    def snapshot(self) -> Snapshot:
        return self._snapshot

    def subscribe(self, callback: Callable[[Snapshot], None]) -> None:
        self._callbacks.append(callback)

    def tell(self, now: Snapshot) -> None:
        """Make this the newest snapshot, and call everybody who has subscribed."""
        self._snapshot = now
        for callback in self._callbacks:
            callback(now)

    def hint(self) -> None:
        self.asked.append("hint")

    def solution(self) -> None:
        self.asked.append("solution")

    def next(self) -> None:
        self.asked.append("next")

    def rerun(self) -> None:
        self.asked.append("rerun")


def main() -> None:
    """Serve the page of a fake watch until this process is killed, and print its address."""
    from grader.watch.page.server import serving

    with serving(FakeWatch(), COURSE, Path(sys.argv[1])) as url:
        print(url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
