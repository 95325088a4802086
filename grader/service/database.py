"""A project's database from outside: the number of rows in each table, and a write lock that a check takes.

The kit knows no table and no column by name. It opens an SQLite file with a second, read-only connection, and closes it
at once. For any other database, it runs the project's own `inspect` command.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from grader.assertions.entries import Growth
from grader.assertions.observed import Observed
from grader.errors import Failed, NotChecked
from grader.system.process import Process, Programs, how_it_ended
from grader.text.values import shorten

VISIBLE_WITHIN = 3.0
"""How long rows may take to appear, in seconds."""
QUIET = 1.0
"""How long no table may change before a count is final, in seconds."""
LONGEST = 8.0
"""How long the kit waits for a final count, in seconds."""
PATIENCE = 5.0
INSPECT_WITHIN = 10.0
LISTING = '{"table name": row count, ...} as JSON'
LONGEST_LISTING = 1024 * 1024
NO_MARK = "nobody carries this"
"""A mark that no process has. `inspect` shares its environment with the server, which must not be killed with it."""
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"

Rows = dict[str, int]


class Database:
    """A database of a project: an SQLite file, or a database that the `inspect` command counts."""

    def __init__(self, url: str, *, folder: Path = Path(), inspect: Callable[[], str] | None = None) -> None:
        self.url = url
        self._folder = folder
        self._inspect = inspect

    @property
    def path(self) -> Path:
        """The file in `DATABASE_URL`. A relative path starts in the project's folder, as for the server."""
        if not self.url.startswith("sqlite:///"):
            raise NotChecked("The database is not an SQLite file and service.toml has no inspect command.")
        return self._folder.absolute() / self.url.removeprefix("sqlite:///")

    def rows(self) -> Rows:
        """Count the rows of every table. Without a file there are no tables."""
        return self._by_command(self._inspect) if self._inspect else self._by_file()

    def growth(self, before: Rows, expected: object) -> Growth:
        """Return the number of new rows in each table since `before`.

        When no table has `expected` new rows at once, the kit waits until no table has changed for a second, because
        late rows may pass through any number. It waits at least three seconds for `expected`, and at most eight.
        """
        growth = self.difference(before)
        if expected in growth:
            return growth
        begun = changed = time.monotonic()
        while (now := time.monotonic()) < begun + LONGEST:
            quiet = now - changed >= QUIET
            if quiet and (expected in growth or now - begun >= VISIBLE_WITHIN):
                break
            time.sleep(0.05)
            later = self.difference(before)
            changed = time.monotonic() if later != growth else changed
            growth = later
        return growth

    def difference(self, before: Rows, request: str = "") -> Growth:
        """Return the number of new rows in each table since `before`, without waiting."""
        after = self.rows()
        growth = Growth({name: count - before.get(name, 0) for name, count in after.items()})
        growth.request, growth.before = request, before
        if not after and not self._inspect and not self.path.exists():
            growth.place = f"no file {self.path}, which is the path in DATABASE_URL"
        return growth

    @contextmanager
    def locked(self, seconds: float, *, once: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Lock the database for writing, for so many seconds, however long the block takes.

        The kit takes the lock before the block begins. A thread releases it, so that requests which wait for the lock
        can finish inside the block. The seconds begin when `once` has returned. Raises Failed without a lock.
        """
        connection = self._open("rw", check_same_thread=False, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            connection.close()
            reason = "the server itself keeps it" if _code(error) == sqlite3.SQLITE_BUSY else self.path.name
            raise Failed(f"{error} ({reason})", expected="a write lock that another connection can take") from None
        release = threading.Thread(target=_release_later, args=[connection, seconds, once])
        release.start()
        try:
            yield
        finally:
            release.join()

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Lock the database for writing while the block runs. Yield whether that was possible."""
        with contextlib.ExitStack() as stack:
            locked = False
            with contextlib.suppress(Failed, NotChecked, sqlite3.Error):
                connection = stack.enter_context(closing(self._open("rw", isolation_level=None)))
                connection.execute("BEGIN IMMEDIATE")
                locked = True
            yield locked

    def _by_file(self) -> Rows:
        if not self.path.exists():
            return {}
        try:
            try:
                return self._look("ro")
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_READONLY:
                    raise
                return self._look("rw")  # a killed server left its journal: a reader can't roll it back
        except sqlite3.Error as error:
            raise Failed(f"{error} ({self.path.name})", expected="a database that can be read") from None

    def _look(self, mode: str) -> Rows:
        with closing(self._open(mode)) as connection:
            names = [name for (name,) in connection.execute(TABLES)]
            return {name: _count(connection, name) for name in names}

    def _open(self, mode: str, **options: object) -> sqlite3.Connection:
        uri = f"file://{quote(str(self.path))}?mode={mode}"
        try:
            return sqlite3.connect(uri, uri=True, timeout=PATIENCE, **options)  # type: ignore[call-overload, no-any-return]
        except sqlite3.Error as error:
            raise Failed(f"{error} ({self.path.name})", expected="a database file that can be opened") from None

    @staticmethod
    def _by_command(inspect: Callable[[], str]) -> Rows:
        printed = inspect()
        with contextlib.suppress(ValueError, RecursionError):
            counts = json.loads(printed)
            if isinstance(counts, dict) and all(type(count) is int for count in counts.values()):
                return counts
        raise Failed(
            f"the inspect command printed {shorten(printed.encode()) if printed.strip() else 'nothing'}",
            expected=LISTING,
        )


class Grown(Observed):
    """The new rows since a moment. `7 in grown` waits, as the contract promises, until some table has seven more.

    At that moment, rows of earlier requests may still have been on their way. So the kit repeats the check before it
    reports a wrong count.
    """

    timed = True

    def __init__(self, database: Database, before: Rows | None = None) -> None:
        self._database = database
        self._before = database.rows() if before is None else before
        self._growth = Growth()

    def __contains__(self, expected: object) -> bool:
        self._growth = self._database.growth(self._before, expected)
        return expected in self._growth

    def expected_text(self, operator: str, other: object) -> str:
        return self._growth.expected_text(operator, other)

    def actual_text(self) -> str:
        return self._growth.actual_text()


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
            failed = f"the inspect command failed ({how_it_ended(code)})"
            raise Failed(failed, expected=LISTING, log=process.errors.last_lines())
        return process.output.text

    return inspect


def _count(connection: sqlite3.Connection, table: str) -> int:
    """Count a table's rows; 0 when the table needs an extension that only the server has loaded."""
    quoted = table.replace('"', '""')
    try:
        (count,) = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608 - it is quoted
    except sqlite3.OperationalError as error:
        if _code(error) == sqlite3.SQLITE_ERROR:
            return 0
        raise
    return int(count)


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code, or -1 for an error of Python's own module."""
    code: int = getattr(error, "sqlite_errorcode", -1)
    return code if code < 0 else code & 0xFF


def _release_later(connection: sqlite3.Connection, seconds: float, once: Callable[[], object]) -> None:
    try:
        once()
        time.sleep(seconds)
    finally:
        connection.rollback()
        connection.close()
