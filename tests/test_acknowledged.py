"""The solution of stage 4 ends under load: whatever was acknowledged is stored, and no request got an error."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from itertools import count

import pytest

from grader.course import ROOT
from grader.system.ports import Port

SOLUTION = ROOT / "solutions" / "04-scaling"
WRITERS = 16
ENDS_WITHIN = 10


@pytest.fixture(params=["1", "2"], ids=["one process", "two processes"])
def server(request, tmp_path):
    port = Port()
    url = f"sqlite:///{tmp_path}/app.db"
    env = os.environ | {"PORT": str(port.number), "DATABASE_URL": url, "WORKERS": request.param}
    process = subprocess.Popen([sys.executable, "-m", "server"], cwd=SOLUTION, env=env)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port.number)) as connection:
                ask(connection, "GET", "/")
            break
        except OSError:
            time.sleep(0.05)
    yield process, port.number
    process.kill()
    process.wait()
    port.release()


def ask(connection, method, path, value=None):
    body = None if value is None else json.dumps(value)
    connection.request(method, path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def write_until_the_end(port, name, acknowledged, refused):
    """Send messages until the server is gone; note the ids and texts of those that it stored, and other statuses."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        for number in count():
            text = f"{name}-{number}"
            try:
                status, body = ask(connection, "POST", "/messages", {"text": text})
            except (OSError, http.client.HTTPException):
                return
            if status == 201:
                acknowledged[json.loads(body)["id"]] = text
            else:
                refused.append(status)


def test_what_was_acknowledged_is_stored_after_sigterm_under_load(server, tmp_path):
    process, port = server
    acknowledged, refused = {}, []
    writers = [
        threading.Thread(target=write_until_the_end, args=[port, name, acknowledged, refused])
        for name in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    while len(acknowledged) < 200 and any(writer.is_alive() for writer in writers):
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(ENDS_WITHIN + 5) == 0
    for writer in writers:
        writer.join()

    database = sqlite3.connect(tmp_path / "app.db")
    stored = dict(database.execute("SELECT id, text FROM messages"))
    database.close()
    assert refused == []
    assert len(acknowledged) >= 200
    assert acknowledged.items() <= stored.items()
