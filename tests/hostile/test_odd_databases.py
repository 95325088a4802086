"""Databases that wait, that compute without end, or whose journals name files of others."""

import os
import sqlite3

import pytest

from grader.errors import Failed
from grader.service import database_file
from grader.service.database import Database

PAGE = 1024
MAGIC = bytes.fromhex("d9d505f920a163d7")


def made(path, rows=3):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE visits (x)")
        connection.executemany("INSERT INTO visits VALUES (?)", [(n,) for n in range(rows)])
    connection.close()
    return path


def left_by_a_killed_server(path):
    """Leave a database in the middle of a transaction, as a killed server does: two further rows, and a journal."""
    made(path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO visits VALUES (?)", [("x" * 900,) for _ in range(200)])
    files = {name: name.read_bytes() for name in (path, database_file.journal(path))}
    connection.execute("ROLLBACK")
    connection.close()
    for name, content in files.items():
        name.write_bytes(content)
    return path


def name_a_file(journal, victim):
    """Add to a journal what makes SQLite remove another file."""
    name = os.fsencode(victim)
    total = sum(byte if byte < 128 else byte - 256 for byte in name) & 0xFFFFFFFF
    tail = (0x40000000 // PAGE + 1).to_bytes(4, "big") + name + len(name).to_bytes(4, "big")
    with journal.open("ab") as file:
        file.write(tail + total.to_bytes(4, "big") + MAGIC)


def database(path):
    return Database(f"sqlite:///{path}")


@pytest.mark.parametrize("mode", ["ro", "rw"])
def test_a_pipe_is_not_waited_for(tmp_path, mode):
    os.mkfifo(tmp_path / "chat.db")

    with pytest.raises(Failed, match=r"chat\.db is no plain file"):
        database(tmp_path / "chat.db").open(mode)


def test_a_pipe_has_no_rows(tmp_path):
    os.mkfifo(tmp_path / "chat.db")

    with pytest.raises(Failed, match=r"chat\.db is no plain file"):
        database(tmp_path / "chat.db").rows()


def test_what_a_killed_server_left_is_rolled_back_in_a_copy(tmp_path):
    path = left_by_a_killed_server(tmp_path / "chat.db")
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}

    rows = database(path).rows()

    assert rows == {"visits": 3}
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_file_that_a_journal_names_stays(tmp_path):
    path = left_by_a_killed_server(tmp_path / "chat.db")
    victim = tmp_path / "thesis.txt"
    victim.write_text("three years of work")
    name_a_file(database_file.journal(path), victim)

    rows = database(path).rows()

    assert rows == {"visits": 3}
    assert victim.read_text() == "three years of work"


def test_sqlite_itself_would_remove_it(tmp_path):
    path = left_by_a_killed_server(tmp_path / "chat.db")
    victim = tmp_path / "thesis.txt"
    victim.write_text("three years of work")
    name_a_file(database_file.journal(path), victim)

    connection = sqlite3.connect(path)
    connection.execute("SELECT count(*) FROM visits").fetchone()
    connection.close()

    assert not victim.exists()


def test_such_a_database_is_not_opened_for_writing(tmp_path, monkeypatch):
    monkeypatch.setattr(database_file, "COMMITTING", 0.1)
    path = left_by_a_killed_server(tmp_path / "chat.db")
    victim = tmp_path / "thesis.txt"
    victim.write_text("three years of work")
    name_a_file(database_file.journal(path), victim)

    with pytest.raises(Failed, match=r"chat\.db-journal names another file"):
        database(path).open("rw")

    assert victim.exists()


def test_a_count_without_end_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(database_file, "LONGEST", 0.2)
    path = made(tmp_path / "chat.db")
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    connection = database_file.connect(path, "ro", limited=True)

    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        connection.execute(endless).fetchone()

    connection.close()


def test_a_sparse_database_is_not_copied(tmp_path):
    path = left_by_a_killed_server(tmp_path / "chat.db")
    with path.open("r+b") as file:
        file.truncate(10**12)

    with pytest.raises(Failed, match=r"chat\.db is larger than 256 megabytes"), database_file.rolled_back(path):
        pass
