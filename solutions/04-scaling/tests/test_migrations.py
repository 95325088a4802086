"""Old databases: whatever was in them is still there when today's server has started on them."""

import sqlite3

import pytest

from .conftest import start

VISITS = "CREATE TABLE visits (id INTEGER PRIMARY KEY, path TEXT NOT NULL, at TEXT NOT NULL)"
MESSAGES = "CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)"


@pytest.fixture
def old_database(tmp_path):
    """Make a database as it was before messages had a time, with what sqlite_utils knew about it then."""
    path = str(tmp_path / "old.db")
    db = sqlite3.connect(path)
    db.execute(VISITS)
    db.execute(MESSAGES)
    db.executemany("INSERT INTO messages (text) VALUES (?)", [("one",), ("two",), ("two",)])
    db.execute("CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT)")
    applied = [("chat", name, "2026-01-02") for name in ("m001_visits", "m002_messages")]
    db.executemany("INSERT INTO _sqlite_migrations VALUES (?, ?, ?)", applied)
    db.commit()
    db.close()
    return path


def test_old_messages_keep_ids_texts_and_order(old_database):
    page = start(old_database).test_client().get("/messages").json
    shown = [(message["id"], message["text"], message["created_at"]) for message in page["messages"]]
    assert shown == [(3, "two", None), (2, "two", None), (1, "one", None)]


def test_a_second_start_changes_nothing(old_database):
    before = start(old_database).test_client().get("/messages").json
    assert start(old_database).test_client().get("/messages").json == before


def test_new_messages_come_after_the_old_ones(old_database):
    client = start(old_database).test_client()
    sent = client.post("/messages", json={"text": "three"}).json
    assert client.get("/messages?limit=1").json["messages"] == [sent]
