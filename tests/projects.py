"""Small projects and courses for tests: standard library only, each with one habit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from grader.project import config
from grader.project.config import Project

ANSWERING = """
import os, socket
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
while True:
    connection, _ = listener.accept()
    with connection:
        if connection.recv(65536):
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nhi")
"""
"""A server that answers everything with 200, and ends on SIGTERM as any process does."""

TRACING = """
import json, os
with open("traces", "a") as traces:
    traces.write(json.dumps([os.getpid(), int(os.environ["PORT"]), os.environ["DATABASE_URL"]]) + "\\n")
"""
"""Goes before a server: it leaves its process id, port and database in a file of the project."""

DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open("daemon", "w").write(str(os.getpid()))
        os.execlp("sleep", "sleep", "300")
    os._exit(0)
os.wait()
while not os.path.exists("daemon") or not open("daemon").read():
    time.sleep(0.001)
"""
"""Goes before a server: a daemon that forked twice and has a session of its own; its id lies in `daemon`."""

CHILD = """
import subprocess
open("child", "w").write(str(subprocess.Popen(["sleep", "300"]).pid))
"""
"""Goes before a server: a child in its group; its id lies in `child`."""


FAILING = "from grader.errors import Failed; raise Failed('this', expected='that')"
"""The body of a check that fails, whatever the project does."""


def project(
    folder: Path,
    server: str = ANSWERING,
    *,
    client: str = "",
    command: str = "python server.py",
    more: str = "",
    database: str = "",
    start_timeout: float = 20,
) -> Project:
    """Write a project; `more` are further lines under [server]."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.py").write_text(server)
    (folder / "client.py").write_text(client)
    (folder / "service.toml").write_text(
        f"[server]\ncommand = {json.dumps(command)}\nstart_timeout_s = {start_timeout}\n{more}\n"
        '[client]\ncommand = "python client.py"\n' + (f"[database]\nurl = {json.dumps(database)}\n" if database else "")
    )
    return config.read(folder)


SERVICE_FILE = {"1.1": "ignored", "1.2": "explained"}
"""What the first steps of a course have to do with service.toml, as in the kit's own course."""


def course(
    folder: Path, checks: Mapping[str, str], needs: Mapping[str, list[str]] | None = None, *, conftest: str = ""
) -> Path:
    """Write a course of one stage, with one file of checks for each step, and return its `exercises/`.

    `conftest` is what lies beside the checks, for all of them.
    """
    stage = folder / "exercises" / "01-test"
    (stage / "checks").mkdir(parents=True, exist_ok=True)
    if conftest:
        (stage / "checks" / "conftest.py").write_text(conftest)
    steps = ""
    for step, text in checks.items():
        steps += f'[[steps]]\nid = "{step}"\ntitle = "Step"\nneeds = {(needs or {}).get(step, [])}\n'
        steps += 'bonus = false\nhints = ["One.", "Two."]\n'
        steps += f'service_file = "{SERVICE_FILE.get(step, "needed")}"\n'
        name = f"test_1_{int(step.partition('.')[2]):02}_step.py"
        (stage / "checks" / name).write_text(f"import os, time, pytest\nfrom grader.check import check\n{text}")
    (stage / "steps.toml").write_text(f'title = "Test"\n{steps}')
    return stage.parent


def a_check(step: str, fixtures: str, *lines: str, name: str = "it") -> str:
    """Write one check, such as `a_check("1.1", "service", "assert service.get('/').status == 200")`."""
    body = "\n    ".join(lines)
    return f'\n@check("{step}", clause="K3")\ndef test_{name}({fixtures}):\n    """It works."""\n    {body}\n'
