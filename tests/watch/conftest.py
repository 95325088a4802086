"""A watch in a thread, for tests that look at what it tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import course
from grader.watch.session import Watch
from grader.watch.snapshot import SETTLED, Snapshot
from tests import projects
from tests.projects import a_check

LONGEST = 30
ANSWERING_A_FILE = """
import os, socket
text = open("answer").read()
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
while True:
    connection, _ = listener.accept()
    with connection:
        if asked := connection.recv(65536).decode():
            status = 200 if asked.split()[1][1:] in text else 404
            head = f"HTTP/1.1 {status} So\\r\\nConnection: close\\r\\nContent-Length: {len(text)}\\r\\n\\r\\n"
            connection.sendall((head + text).encode())
"""
"""A server that answers with what stood in the file `answer` when it started: `/a` with 200 if that has an a in it."""


def asks_for(step: str, letter: str) -> str:
    return a_check(step, "service", f"assert service.get('/{letter}').status == 200")


STEPS = {step: asks_for(step, letter) for step, letter in (("1.1", "a"), ("1.2", "b"), ("1.3", "c"), ("1.4", "d"))}


class Watched:
    """A watch that runs in a thread, and every snapshot that it has told."""

    def __init__(self, watch: Watch, folder: Path) -> None:
        self.watch = watch
        self.folder = folder
        self.told = [watch.snapshot()]
        self.error: BaseException | None = None
        self._changed = threading.Condition()
        watch.subscribe(self._take)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def until(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        """Wait until a snapshot holds, and return it."""
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self.told[-1]), LONGEST), self.told[-1]
            return self.told[-1]

    def settled(self, step: str, *, since: float = 0.0) -> Snapshot:
        """Wait until nothing runs any more, and the current step is this one."""
        return self.until(lambda s: s.phase == SETTLED and not s.doing and s.step.id == step and s.checked_at > since)

    def save(self, text: str, name: str = "answer") -> float:
        """Save a file of the project, and return the time of the last verdict before."""
        (self.folder / name).write_text(text)
        return self.told[-1].checked_at

    def end(self) -> None:
        self.watch.quit()
        self._thread.join(LONGEST)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.watch.run()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def _take(self, now: Snapshot) -> None:
        with self._changed:
            self.told.append(now)
            self._changed.notify_all()


@pytest.fixture
def watched(tmp_path: Path, port: int, nothing_left: object) -> Iterator[Callable[..., Watched]]:
    """Watch a project whose server answers with `answer`; step 1.1 asks for an a in it, 1.2 for a b, and so on."""
    made: list[Watched] = []

    def watch(
        answer: str, *, steps: dict[str, str] | None = None, server: str = ANSWERING_A_FILE, **more: Any
    ) -> Watched:
        folder = projects.project(tmp_path / "project", server).folder
        (folder / "answer").write_text(answer)
        for name, text in more.pop("files", {}).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        known = course.load(projects.course(tmp_path, steps or STEPS, more.pop("needs", None)))
        chosen = known.find_step(more.pop("step")) if "step" in more else None
        made.append(Watched(Watch(folder, known, port=port, step=chosen, **more), folder))
        return made[-1]

    yield watch
    for one in made:
        one.end()
