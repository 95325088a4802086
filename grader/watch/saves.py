"""The saves of a learner: a thread that notices when files of the project change.

The system tells of changes at once, through watchfiles. Where it doesn't, as on a Windows folder in WSL, on a network
drive or after a sleep, a look at the times and sizes of the files every second finds them.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

IGNORED_FOLDERS = frozenset(
    {".git", ".hg", ".kit", ".venv", "venv", "__pycache__", "node_modules", ".idea", ".vscode", ".tox", ".nox"}
    | {".pytest_cache", ".mypy_cache", ".ruff_cache", ".cache", ".gradle", ".eggs"}
)
IGNORED_ENDS = (
    ".db", ".db-journal", ".db-shm", ".db-wal", ".sqlite", ".sqlite3", "-journal", "-shm", "-wal", ".pyc", ".log",
    ".swp", ".swo", ".swx", "~", ".tmp", ".part", ".crdownload", ".pid", ".lock.tmp",
)  # fmt: skip
"""How the names of files end that no person saves: databases, caches, logs, and the drafts of editors."""
COMMITS = (".git/logs/HEAD", ".git/HEAD")
"""The files that change when the learner commits."""
LOOK_EVERY = 1.0
STEP = 8
"""Milliseconds without a further change after which a burst of changes is over. A learner waits for them each time."""
BURST = 400
"""The most milliseconds that a burst lasts."""
Signature = Mapping[str, tuple[int, int, int]]
"""Of each file, by its path in the project: when it was changed, its size, and its inode."""


def counts(path: str) -> bool:
    """Tell whether a change of this file, by its path in the project, is a save."""
    *folders, name = path.split("/")
    if IGNORED_FOLDERS.intersection(folders) or any(folder.endswith(".egg-info") for folder in folders):
        return path in COMMITS
    is_draft = name.startswith((".#", "#", "4913")) or name in (".DS_Store", ".coverage")
    return not name.endswith(IGNORED_ENDS) and not is_draft


def signature(folder: Path) -> Signature:
    """Look at all files of a project that count. A file or folder that can't be read is left out."""
    found: dict[str, tuple[int, int, int]] = {}
    queue = [""]
    while queue:
        below = queue.pop()
        with contextlib.suppress(OSError), os.scandir(folder / below) as entries:
            for entry in entries:
                path = f"{below}{entry.name}"
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in IGNORED_FOLDERS:
                            queue.append(f"{path}/")
                    elif counts(path):
                        found[path] = _of(entry.stat())
    for path in COMMITS:
        with contextlib.suppress(OSError):
            found[path] = _of((folder / path).stat())
    return found


def changed(before: Signature, now: Signature) -> set[str]:
    """Return the paths of the files that came, went or changed between two looks."""
    return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}


def _of(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


class Saves:
    """Calls `saved` with the paths of the files that have changed, from a thread of its own, until `close`.

    A burst of changes is one call. Without `events`, it only looks every second.
    """

    def __init__(self, folder: Path, saved: Callable[[set[str]], None], *, events: bool = True) -> None:
        self._folder = folder.resolve()
        self._saved = saved
        self._ended = threading.Event()
        self._looking = threading.Lock()
        self._last = signature(self._folder)
        targets = [self._look_often, self._hear] if events else [self._look_often]
        self._threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End the threads, and wait until they have ended."""
        self._ended.set()
        for thread in self._threads:
            thread.join(5)

    def look(self) -> None:
        """Look at the files now, and tell of a change."""
        with self._looking:
            now = signature(self._folder)
            before, self._last = self._last, now
        if (paths := changed(before, now)) and not self._ended.is_set():
            self._saved(paths)

    def _look_often(self) -> None:
        while not self._ended.wait(LOOK_EVERY):
            self.look()

    def _hear(self) -> None:
        """Wait for the events of the system. Without them, the other thread finds each change, only later."""
        import watchfiles  # it takes a while, and nobody waits for it here

        with contextlib.suppress(OSError):
            for _ in watchfiles.watch(
                self._folder,
                watch_filter=lambda _change, path: counts(os.path.relpath(path, self._folder)),
                debounce=BURST,
                step=STEP,
                stop_event=self._ended,
                rust_timeout=1000,
                raise_interrupt=False,
                force_polling=False,
                ignore_permission_denied=True,
            ):
                self.look()
