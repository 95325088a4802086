"""`Server-Timing` beside what the kit saw, with the database held."""

import sqlite3
import threading
import time

import pytest

from grader.errors import Failed, NotChecked
from grader.scaling.timings import TimedService
from grader.service.database import Database
from grader.service.readers_held import readers_held
from grader.service.server import Service
from tests.scaling.chats import chat


@pytest.fixture
def timed(tmp_path, resources, nothing_left):
    """Start a chat with a habit and `TIMING=on`."""
    made = []

    def make(habit="", database=None):
        project = chat(tmp_path / "project", habit)
        made.append(Service(project, resources, resources.fresh("data"), env={"TIMING": "on"}))
        made[-1].start()
        return TimedService(made[-1])

    yield make
    for service in made:
        service.kill()


def test_true_durations_pass(timed):
    service = timed()

    assert service.impossible("GET", 3) == ()
    assert service.impossible("POST", 3) == ()
    assert service.impossible_after_slow_ones() == ()
    assert service.hidden_waits("GET") == ()
    assert service.hidden_waits("POST") == ()
    assert service.db_while_half_sent() <= 160


@pytest.mark.parametrize(
    ("habit", "came"),
    [("silent", "no header Server-Timing"), ("total only", "Server-Timing: total;dur=")],
)
def test_what_is_missing_is_said(timed, habit, came):
    with pytest.raises(Failed) as caught:
        timed(habit).impossible("POST", 1)

    assert caught.value.actual.startswith(came)
    assert caught.value.expected in ("db;dur=MS and total;dur=MS", "db;dur=MS")


def test_a_write_that_waits_for_nothing_is_not_checked(timed):
    with pytest.raises(NotChecked, match=r"^The answer to a POST came \d+ ms after the request, while another program"):
        timed("forgets").hidden_waits("POST")


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_readers_wait_as_long_as_the_database_is_held(tmp_path, mode):
    path = tmp_path / "chat.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE messages (id INTEGER)")
    connection.close()
    seconds = []

    def read():
        began = time.monotonic()
        reader = sqlite3.connect(path, timeout=10)
        reader.execute("SELECT * FROM messages").fetchall()
        reader.close()
        seconds.append(time.monotonic() - began)

    with readers_held(Database(f"sqlite:///{path}"), 0.3):
        reading = threading.Thread(target=read)
        reading.start()
        reading.join()
    read()

    assert seconds[0] >= 0.25
    assert seconds[1] < seconds[0]
