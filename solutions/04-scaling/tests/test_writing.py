"""Writes that share a commit: each is stored or fails for itself."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.db import Database, migrate

INSERT = "INSERT INTO visits (path, at) VALUES (?, '')"


@pytest.fixture
def database(path):
    migrate(path)
    database = Database(path)
    yield database
    database.close()


def paths_in(path):
    other = sqlite3.connect(path)
    rows = [row[0] for row in other.execute("SELECT path FROM visits ORDER BY path")]
    other.close()
    return rows


def at_the_same_time(database, path, works):
    """Let several works wait for the write lock, so that they end up in one transaction; return what came of each."""
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(database.write, work) for work in works]
        threading.Event().wait(0.3)
        blocker.execute("ROLLBACK")
        blocker.close()
        return [future.exception() or future.result() for future in futures]


def test_a_write_is_stored_when_it_returns(database, path):
    database.write(lambda db: db.execute(INSERT, ("/",)))
    assert paths_in(path) == ["/"]


def test_many_at_once_are_all_stored(database, path):
    names = [f"/{number:02}" for number in range(16)]
    came = at_the_same_time(
        database, path, [lambda db, name=name: db.execute(INSERT, (name,)).rowcount for name in names]
    )
    assert came == [1] * 16
    assert paths_in(path) == names


def test_a_write_that_fails_takes_nobody_along(database, path):
    def fail(db):
        db.execute(INSERT, ("half done",))
        raise ValueError("no")

    works = [lambda db: db.execute(INSERT, ("good",)).rowcount, fail] * 4
    came = at_the_same_time(database, path, works)
    assert [one == 1 or str(one) for one in came] == [True, "no"] * 4
    assert paths_in(path) == ["good"] * 4


def test_a_database_that_cannot_be_used_is_an_error_for_everybody(tmp_path):
    database = Database(str(tmp_path))
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            database.write(lambda _db: None)
