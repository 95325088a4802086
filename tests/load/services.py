"""A small chat service for tests under load: standard library only, with one habit from some request on."""

from __future__ import annotations

from pathlib import Path

import psutil

from grader.load.reference import SERVER as SERVER_OF_THE_KIT
from grader.project.config import Project
from grader.system.process import wait_until
from tests import service_file

SERVER = r"""
import itertools, json, os, socket, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HABIT, SINCE, PAUSE = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
one_at_a_time = threading.Lock()
numbers = itertools.count(1)
messages = []
first_reads = []

def dear(text):
    return sum(ord(letter) for letter in text * 1000)

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.habit():
            return
        self.note_a_load()
        dear("hello")
        if PAUSE:
            with one_at_a_time:
                time.sleep(PAUSE)
        self.answer(200, {"messages": messages[-20:], "next": None})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.habit():
            return
        message = {"id": str(len(messages) + 1), "text": body["text"]}
        messages.append(message)
        self.answer(201, message)

    def habit(self):
        if next(numbers) < SINCE:
            return False
        if HABIT == "dies":
            os.write(1, b"Out of cheese.\n")
            os._exit(3)
        if HABIT == "stalls":
            time.sleep(3600)
        if HABIT == "refuses":
            self.answer(503, {"error": "no"})
        if HABIT == "has none":
            self.answer(404, {"error": "no"})
        return HABIT in ("refuses", "has none")

    def note_a_load(self):
        if len(first_reads) < 20:
            first_reads.append(time.monotonic())
        elif time.monotonic() - first_reads[-1] > 1.5 and not os.path.exists("loaded"):
            open("loaded", "w").close()

    def answer(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass

class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

print("serving", flush=True)
Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def write(
    folder: Path,
    habit: str = "answers",
    since: int = 0,
    *,
    pause: float = 0.0,
    python: str = "python",
    **load: list[str],
) -> Project:
    """Write a project whose service has a habit from a request on, counted from its first; `load` is `[load]`.

    With a `pause` in seconds for each read, one after the other, it is as fast on every machine.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(SERVER)
    command = [*python.split(), "app.py", habit, str(since), str(pause)]
    return service_file.write(folder, server={"command": command}, **({"load": load} if load else {}))


def nothing_left(folder: Path) -> bool:
    """Tell whether no process works in a project's folder any more; waits for it a little."""

    def gone() -> bool:
        for process in psutil.process_iter(["cwd", "status"]):
            if process.info["cwd"] == str(folder) and process.info["status"] != psutil.STATUS_ZOMBIE:
                return False
        return True

    return wait_until(gone, 5)


def measured(folder: Path) -> bool:
    """Wait until a service that `write` made has had reads for 1.5 s: a load is in its measured part then."""
    return wait_until((folder / "loaded").exists, 60, 0.05)


def write_null(folder: Path) -> Project:
    """Write a project whose service needs no time for an answer, so that the generator is the limit."""
    command = ["python", "-P", str(SERVER_OF_THE_KIT), "--port", "{port}"]
    return service_file.write(folder, server={"command": command})


def under_load(folder: Path, seconds: float = 0.5) -> bool:
    """Wait until a process in a project's folder has used so much processor time: it is under load then."""

    def busy() -> bool:
        used = 0.0
        for process in psutil.process_iter(["cwd", "cpu_times", "cmdline"]):
            if process.info["cwd"] == str(folder) and "app.py" in (process.info["cmdline"] or []):
                used = max(used, process.info["cpu_times"].user)
        return used > seconds

    return wait_until(busy, 30, 0.05)
