"""`Server-Timing`: numbers that fit together, and that grow when somebody holds the database."""

import re
import sqlite3
import threading

import pytest

from .conftest import start


@pytest.fixture
def client(path):
    return start(path, TIMING=True).test_client()


def milliseconds(answer):
    match = re.fullmatch(r"db;dur=([0-9.]+), total;dur=([0-9.]+)", answer.headers["Server-Timing"])
    return float(match[1]), float(match[2])


@pytest.mark.parametrize("ask", [lambda client: client.get("/messages"), lambda client: client.post("/messages")])
def test_the_database_is_a_part_of_the_whole(client, ask):
    for _ in range(3):
        database, total = milliseconds(ask(client))
        assert 0 <= database <= total


def test_waiting_for_the_lock_is_time_for_the_database(path, client):
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, lambda: other.execute("ROLLBACK"))
    timer.start()
    database, total = milliseconds(client.post("/messages", json={"text": "hello"}))
    timer.join()
    other.close()
    assert database > 200
    assert total - database < database


def test_without_the_setting_there_is_no_header(app):
    assert "Server-Timing" not in app.test_client().get("/messages").headers
