"""SQLite's write-ahead log, and the database as it was after each commit."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys

import pytest

from grader.migration import wal

STEPS = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
for number in range(int(sys.argv[2])):
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO steps (number, text) VALUES (?, ?)", (number, "x" * 5000))
    if number == 2:
        database.execute("ALTER TABLE steps ADD COLUMN more")
    database.execute("COMMIT")
"""


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "data" / "a %b.db"
    place.parent.mkdir()
    with contextlib.closing(sqlite3.connect(place)) as database:
        database.execute("CREATE TABLE steps (number INTEGER, text TEXT)")
    return place


@pytest.fixture
def kept(path, tmp_path):
    """Record so many commits, and return the path of the recorded database: `kept(5)`."""

    def record(count):
        with wal.recording(path):
            subprocess.run([sys.executable, "-c", STEPS, path, str(count)], check=True)
            shutil.copytree(path.parent, tmp_path / "kept")
        return tmp_path / "kept" / path.name

    return record


def ask(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


def test_every_commit_is_a_state(kept, tmp_path):
    recorded = kept(5)
    place = tmp_path / "state.db"
    found = []
    for end in wal.commits(recorded):
        wal.write_state(recorded, end, place)
        columns = len(ask(place, "SELECT name FROM pragma_table_info('steps')"))
        found.append((ask(place, "SELECT count(*) FROM steps")[0][0], columns))

    assert found == [(1, 2), (2, 2), (3, 3), (4, 3), (5, 3)]


def test_a_state_is_one_file_as_it_usually_is(kept, tmp_path):
    recorded = kept(3)
    place = tmp_path / "new" / "state.db"
    place.parent.mkdir()
    place.write_text("what was there before")
    place.with_name("state.db-journal").write_text("and its journal")

    wal.write_state(recorded, wal.commits(recorded)[0], place)

    assert ask(place, "PRAGMA journal_mode") == [("delete",)]
    assert ask(place, "PRAGMA integrity_check") == [("ok",)]
    assert [file.name for file in place.parent.iterdir()] == ["state.db"]


def test_many_commits_are_not_folded_in_meanwhile(kept):
    assert len(wal.commits(kept(1500))) == 1500


def test_nothing_committed_is_no_state(kept, path):
    assert wal.commits(kept(0)) == []
    assert wal.commits(path.with_name("nowhere.db")) == []


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 5000])
def test_what_is_no_log_has_no_commits(path, content):
    path.with_name(path.name + "-wal").write_bytes(content)

    assert wal.commits(path) == []


def test_what_is_no_database_cannot_be_recorded(tmp_path):
    (tmp_path / "text").write_text("no database, but a rather long text" * 100)

    with pytest.raises(sqlite3.Error), wal.recording(tmp_path / "text"):
        pass


@pytest.mark.parametrize(
    ("name", "content", "alone"),
    [
        ("lock", "", True),
        ("done", "3", False),
        ("notes", "as before", True),
        ("notes", "changed", False),
        ("notes", "", False),
    ],
)
def test_other_files_are_noticed(path, tmp_path, name, content, alone):
    (path.parent / "notes").write_text("as before")
    shutil.copytree(path.parent, tmp_path / "after")
    (tmp_path / "after" / name).write_text(content)
    (tmp_path / "after" / f"{path.name}-wal").write_text("anything")

    assert wal.only_database(path.parent, tmp_path / "after", tmp_path / "after" / path.name) == alone
