"""A project's database from outside: the number of rows in each table, and a write lock that a check takes.

The kit knows no table and no column by name. It opens an SQLite file with a second, read-only connection, and closes it
at once. For any other database, it runs the project's own `inspect` command.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from grader.assertions.entries import Growth
from grader.assertions.observed import Observed
from grader.errors import Failed, NotChecked
from grader.project.config import sqlite_path
from grader.service import database_file
from grader.service.inspector import LISTING, read_counts

VISIBLE_WITHIN = 3.0
"""How long rows may take to appear, in seconds."""
QUIET = 1.0
"""How long no table may change before a count is final, in seconds."""
LONGEST = 8.0
"""How long the kit waits for a final count, in seconds."""
NOT_SQLITE = (
    "The kit cannot look into this database, as its url does not begin with sqlite:///. To make it checkable, add "
    "inspect to [database] in service.toml: a command that prints {} (clause K1)."
)
TOO_OLD = 'The SQLite of the kit ({}) cannot read the table "{}". It is probably older than the one that made it.'
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"

Rows = dict[str, int]


class Database:
    """A database of a project: an SQLite file, or a database that the `inspect` command counts."""

    def __init__(
        self,
        url: str,
        *,
        folder: Path = Path(),
        inspect: Callable[[], str] | None = None,
        template: str = "",
        ending: threading.Event | None = None,
    ) -> None:
        self.url = url
        self._folder = folder
        self._inspect = inspect
        self._template = template or url
        self._ending = ending or threading.Event()

    @property
    def path(self) -> Path:
        """The file in `DATABASE_URL`. A relative path starts in the project's folder, as for the server."""
        path = sqlite_path(self.url)
        if path is None:
            raise NotChecked(NOT_SQLITE.format(LISTING), because="project")
        return self._folder.absolute() / path

    def rows(self) -> Rows:
        """Count the rows of every table. Without a file there are no tables."""
        return read_counts(self._inspect()) if self._inspect else self._by_file()

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
            growth.missing = _where(self._template, self.url)
        return growth

    @contextmanager
    def locked(
        self, seconds: float, *, reading: bool = False, once: Callable[[], object] = lambda: None
    ) -> Iterator[None]:
        """Lock the database for writing, for so many seconds, however long the block takes.

        The kit takes the lock before the block begins. A thread releases it, so that requests which wait for the lock
        can finish inside the block. The seconds begin when `once` has returned. The end of the run releases the lock
        earlier. Raises Failed without a lock.

        With `reading`, the kit reads in one transaction instead, as a backup does: others can begin to write meanwhile,
        and can't commit. In WAL mode a reader keeps nobody waiting, so there the kit locks the database for writing.
        """
        connection = self.open("rw", check_same_thread=False, isolation_level=None)
        try:
            begin(connection, reading=reading and not is_wal(connection))
        except sqlite3.Error as error:
            connection.close()
            reason = "the server itself keeps it" if _code(error) == sqlite3.SQLITE_BUSY else self.path.name
            raise Failed(f"{error} ({reason})", expected="a write lock that another connection can take") from None
        release = threading.Thread(target=_release_later, args=[connection, self._ending, seconds, once])
        release.start()
        try:
            yield
        finally:
            release.join()

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Lock the database for writing while the block runs. Yield whether that was possible."""
        with ExitStack() as stack:
            locked = False
            with suppress(Failed, NotChecked, sqlite3.Error):
                connection = stack.enter_context(closing(self.open("rw", isolation_level=None)))
                connection.execute("BEGIN IMMEDIATE")
                locked = True
            yield locked

    def open(self, mode: str, **options: Any) -> sqlite3.Connection:
        """Open the database file with SQLite's `mode`, `ro` or `rw`; raises Failed."""
        return database_file.connect(self.path, mode, **options)

    def _by_file(self) -> Rows:
        if not self.path.exists():
            return {}
        try:
            try:
                with closing(database_file.connect(self.path, "ro", limited=True)) as connection:
                    return _counts(connection)
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_READONLY:
                    raise
            # A killed server left its journal, and a reader can't roll it back.
            with database_file.rolled_back(self.path) as connection:
                return _counts(connection)
        except sqlite3.Error as error:
            raise Failed(f"{error} ({self.path.name})", expected="a database that can be read") from None


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


def begin(connection: sqlite3.Connection, *, reading: bool) -> None:
    """Begin a transaction that holds a lock: the one of readers, which keeps others from committing, or of writers."""
    if reading:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    else:
        connection.execute("BEGIN IMMEDIATE")


def is_wal(connection: sqlite3.Connection) -> bool:
    """Tell whether the database keeps a write-ahead log."""
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return bool(mode == "wal")


def _counts(connection: sqlite3.Connection) -> Rows:
    names = [name for (name,) in connection.execute(TABLES)]
    return {name: _count(connection, name) for name in names}


def _count(connection: sqlite3.Connection, table: str) -> int:
    """Count a table's rows; 0 when the table needs an extension that only the server has loaded.

    Raises NotChecked for a table that this SQLite doesn't understand.
    """
    quoted = table.replace('"', '""')
    try:
        (count,) = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608 - it is quoted
    except sqlite3.OperationalError as error:
        if str(error).startswith("no such table"):
            raise NotChecked(TOO_OLD.format(sqlite3.sqlite_version, table)) from None
        if _code(error) == sqlite3.SQLITE_ERROR:
            return 0
        raise
    return int(count)


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code, or -1 for an error of Python's own module."""
    code: int = getattr(error, "sqlite_errorcode", -1)
    return code if code < 0 else code & 0xFF


def _release_later(
    connection: sqlite3.Connection, ending: threading.Event, seconds: float, once: Callable[[], object]
) -> None:
    try:
        once()
        ending.wait(seconds)
    finally:
        connection.rollback()
        connection.close()


def _where(template: str, url: str) -> str:
    """Say in which file the kit looked for a database. `template` is what service.toml says, `url` is filled in."""
    path = sqlite_path(url) or ""
    shown = sqlite_path(template) or template.partition("//")[2]
    if Path(path).is_absolute():
        return f"{shown} (all that follows sqlite:/// in url is its path)"
    return f"{shown} in the project's folder (url has a relative path; an absolute one has a fourth slash)"
