"""What `kit doctor` looks at beside the system itself: SQLite, the disk, the clock, and programs of some commands."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
import webbrowser
from pathlib import Path

from grader.place import IS_INSTALLED, how_to_add
from grader.system.diagnosis import Diagnosis

OLDEST_SQLITE = (3, 35, 0)
FEATURES = {
    "JSON": "SELECT json_extract('{\"a\": 1}', '$.a')",
    "RETURNING": "INSERT INTO t VALUES (1, 'x') RETURNING a",
    "upserts": "INSERT INTO t VALUES (1, 'y') ON CONFLICT (a) DO UPDATE SET b = excluded.b",
    "partial indexes": "CREATE INDEX part ON t (b) WHERE b IS NOT NULL",
    "tables without row ids": "CREATE TABLE u (a TEXT PRIMARY KEY) WITHOUT ROWID",
}
"""What the kit, the starters and sqlite-utils use of SQLite, each with a statement that needs it."""
UNDER_LOAD = ("4.1", "4.2", "4.3", "4.5", "4.6", "4.7", "4.8", "4.9", "4.10")
SYNCS = 7
SLOW_SYNC_MS = 50.0
NO_SYNC_MS = 0.02
CLOCK_SLACK = 0.05
"""Seconds by which two clocks may differ after the kit has looked at them."""


def sqlite() -> Diagnosis:
    """Look at the version of SQLite."""
    fine = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    return Diagnosis("SQLite", fine, sqlite3.sqlite_version, "use a Python with SQLite 3.35 or later", needed=True)


def sqlite_features() -> Diagnosis:
    """Try what the kit and the starters use of SQLite, and whether a file can have a write-ahead log."""
    lacking = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        db = sqlite3.connect(Path(folder) / "tried.db", isolation_level=None)
        try:
            db.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
            for name, statement in FEATURES.items():
                try:
                    db.execute(statement).fetchall()
                except sqlite3.Error:
                    lacking.append(name)
            if db.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
                lacking.append("a write-ahead log")
        finally:
            db.close()
    seen = f"lacks {', '.join(lacking)}" if lacking else f"{', '.join(FEATURES)} and a write-ahead log work"
    remedy = "use a Python with a complete SQLite, such as one from python.org or from uv"
    return Diagnosis("SQLite features", not lacking, seen, remedy, steps=("2.7", "3.1", "4.5", "4.6", "4.7"))


def disk() -> Diagnosis:
    """Measure how long a small write takes until it is on the disk, in this folder or else in the temporary one."""
    remedy = "put your project on a disk of this machine (in WSL: below your Linux home, not below /mnt)"
    steps = ("4.7", "4.10")
    place = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path(tempfile.gettempdir())
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            took = [_sync(file.fileno()) for _ in range(SYNCS)]
    except OSError as error:
        return Diagnosis("disk", fine=False, seen=f"can't be written: {error.strerror}", remedy=remedy, steps=steps)
    middle = statistics.median(took)
    if middle < NO_SYNC_MS:
        seen = "a write waits for no disk here: it would not survive a power failure"
        return Diagnosis("disk", fine=True, seen=seen)
    seen = f"a write is on the disk after {middle:.2g} ms"
    return Diagnosis("disk", middle <= SLOW_SYNC_MS, seen, f"{remedy}; each commit waits so long", steps=steps)


def _sync(descriptor: int) -> float:
    """Write 4 KiB, and return after how many milliseconds they are on the disk."""
    began = time.perf_counter()
    os.write(descriptor, bytes(4096))
    os.fsync(descriptor)
    return (time.perf_counter() - began) * 1000


def clock() -> Diagnosis:
    """Look whether the clock can be right: not before the kit was written, and not jumping."""
    steps = ("2.6", "2.8", "2.10", "3.9")
    remedy = "set the clock, and let it follow a time server (timedatectl set-ntp true)"
    wall, steady = time.time(), time.monotonic()
    written = Path(__file__).stat().st_mtime
    time.sleep(0.1)
    drift = abs((time.time() - wall) - (time.monotonic() - steady))
    shown = time.strftime("%Y-%m-%d %H:%M:%S %z")
    if wall < written - 86400:
        seen = f"it says {shown}, and the kit was written later"
        return Diagnosis("clock", fine=False, seen=seen, remedy=remedy, steps=steps)
    if drift > CLOCK_SLACK:
        seen = f"it jumped by {drift:.2f} s while kit looked at it"
        return Diagnosis("clock", fine=False, seen=seen, remedy=remedy, steps=steps)
    return Diagnosis("clock", fine=True, seen=f"{shown}; compare it with another clock")


def locust() -> Diagnosis:
    """Look for what puts a service under load."""
    missing = [name for name in ("locust", "psutil") if importlib.util.find_spec(name) is None]
    if missing:
        seen = f"{' and '.join(missing)} not installed"
        remedy = "kit load reads says what to type" if IS_INSTALLED else how_to_add("load")
        return Diagnosis("load", fine=False, seen=seen, remedy=remedy, steps=UNDER_LOAD)
    return Diagnosis("load", fine=True, seen="Locust is installed")


def browser() -> Diagnosis:
    """Look for a browser. No step needs one."""
    try:
        name = getattr(webbrowser.get(), "name", "") or "there is one"
    except webbrowser.Error:
        remedy = "install one to see kit watch --web, kit load --web, the notebooks and the pages of reports"
        return Diagnosis("browser", fine=False, seen="none found", remedy=remedy)
    return Diagnosis("browser", fine=True, seen=str(name))


def bubblewrap() -> Diagnosis:
    """Look for bubblewrap, with which somebody who grades may shut programs in. No step needs it."""
    program = shutil.which("bwrap")
    if program is None:
        remedy = "for graders only: kit runs a project's programs with your rights, so shut in those of strangers"
        return Diagnosis("bubblewrap", fine=False, seen="not installed", remedy=remedy)
    words = [program, "--ro-bind", "/", "/", "--unshare-net", "--", "true"]
    try:
        works = subprocess.run(words, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        works = False
    remedy = "for graders only: allow user namespaces, or grade in a container"
    return Diagnosis("bubblewrap", works, "works" if works else "is installed, and can't shut a program in", remedy)
