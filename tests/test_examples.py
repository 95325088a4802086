"""The examples in the help of every command: each is typed as it stands, in a place where it makes sense."""

from __future__ import annotations

import http.server
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from grader import cli, course
from grader.project.state import ProjectState
from grader.project.states import States
from grader.system.ports import LOOPBACK
from tests.command import KIT, environment, kit
from tests.load import services
from tests.repository import git, repository

BASH = shutil.which("bash")
ROOT = "kit"
COMMANDS = [ROOT, *cli.WORDS]
KNOWN = course.load()
LONGEST = 120


@dataclass(frozen=True)
class Way:
    """How an example is run, where it isn't simply run to its end with 0."""

    more: str = ""
    """Words behind the example, which make it short or give it a port of its own."""
    until: str = ""
    """With this text on its output, Ctrl-C comes."""
    says: str = ""
    """What it prints among other things."""
    statuses: tuple[int, ...] = (0,)


def installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


FAILING = Way(statuses=(1,))
PARSED = Way("--project nowhere", says='There is no folder "nowhere"', statuses=(2,))
"""The command line accepts all of the words, and then there is no project: load and browsers stay away."""
WAYS = {
    "kit start ~/chat && cd ~/chat && kit check": FAILING,
    "kit check": FAILING,
    "kit check 1": FAILING,
    "kit check 2.10 --hold": FAILING,
    "kit capacity reads": Way(until="Measuring what the generator", statuses=(130,)),
    "kit capacity --report out": Way(until="Measuring what the generator", statuses=(130,)),
    "kit fuzz --examples 100": PARSED if installed("schemathesis") else Way(says="to install", statuses=(3,)),
    "kit grade .": Way("--stages 1 --load none", statuses=(1,)),
    "kit grade class/* --setup --report results": Way("--stages 1 --load none", says="bert", statuses=(2,)),
    "kit intervene memory": Way(until="A and B in turn", statuses=(130,)),
    "kit notebook 1": Way(says="Jupyter is not installed", statuses=(3,)),
    "kit load reads": Way("--seconds 1 --users 1"),
    "kit load writes --rate 50 --report out": PARSED,
    "kit load mixed --web": PARSED,
    "kit profile reads --open": PARSED,
    "kit worksheet measure": Way(until="Measuring your service", statuses=(130,)),
    "kit watch": Way("--port {port}", until="1.1"),
    "kit watch 1.4": Way("--port {port}", until="1.4"),
    "kit watch --port 5001": Way("--port {port}", until="1.1"),
    "kit watch --web": Way("--no-browser --port {port}", until="http://"),
    "kit serve --port 5001": Way("--port {port}", until="http://", statuses=(0, 130)),
    "kit serve --tz Asia/Kolkata": Way("--port {port}", until="http://", statuses=(0, 130)),
    'kit phone "Missed the bus."': Way("--port {port}"),
    'kit phone "Hi." --repeat 4 --at-once': Way("--port {port}"),
    'kit slack "recent 3"': Way("--port {port}"),
    'kit slack "send Bread & cheese"': Way("--port {port}"),
}
"""Ports are those of the test, as the usual ones may be taken. The others are run as they stand."""

UNDER_LOAD = {"capacity", "intervene", "load", "profile", "worksheet"}


def command_of(name: str) -> click.Command:
    found = cli.cli if name == ROOT else cli.cli.get_command(click.Context(cli.cli), name)
    assert found is not None
    return found


def examples(name: str) -> list[str]:
    """List the examples in the help of a command, each as a line for a shell."""
    text = "\n".join(re.findall(r"(?s)\bExamples?: +(.*)", command_of(name).help or ""))
    return [line.strip() for line in re.split(r" {2,}|\n", text) if line.strip()]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, in which git knows an author, with `kit` on PATH and a project in `chat`."""
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("PATH", f"{KIT.parent}{os.pathsep}{os.environ['PATH']}")
    for name in ("PORT", "PUBLIC_URL", "SHELL", "BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    (place / ".gitconfig").write_text("[user]\n\tname = Test\n\temail = test@localhost\n")
    return place


def type_in(folder: Path, example: str, port: int) -> None:
    """Type an example as a person does. Fail where it ends otherwise than expected."""
    way = WAYS.get(example, Way())
    line = f"{example} {way.more.format(port=port)}".strip()
    process = subprocess.Popen(
        [BASH, "-c", f"exec {line}" if way.until else line],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        shown = ""
        while way.until and way.until not in shown and (read := process.stdout.readline()):
            shown += read
        if way.until:
            process.send_signal(signal.SIGINT)
        shown += process.communicate(timeout=LONGEST)[0]
    finally:
        process.kill()
        process.wait()
    assert way.until in shown, shown
    assert way.says in shown, shown
    assert process.returncode in way.statuses, f"{line}: {process.returncode}\n{shown}"


def started(home: Path) -> Path:
    assert kit("start", home / "chat", cwd=home).status == 0
    return home / "chat"


def small(home: Path) -> Path:
    """A project with a small server that answers at once, committed."""
    services.write(home / "chat")
    return repository(home / "chat", **{".gitignore": ".kit/\nout/\n"})


def reset(home: Path) -> Path:
    chat = started(home)
    assert States(chat).record(["1.2", "1.3"]) == ""
    (chat / "server" / "home.py").write_text("def broken(:\n")
    return chat


def following(home: Path) -> Path:
    """A project in which all of stage 1 has passed."""
    chat = started(home)
    steps = [{"id": step.id, "outcome": "pass"} for step in KNOWN.stages[0].steps]
    (chat / ".kit").mkdir(exist_ok=True)
    (chat / ".kit" / "report.json").write_text(f'{{"stages": [{{"steps": {steps}}}]}}'.replace("'", '"'))
    return chat


def a_class(home: Path) -> Path:
    """A project with a class beside it: another project, and an empty folder. No server starts, so all is quick."""
    broken = '[server]\ncommand = "python -c 0"\n'
    (home / "chat" / "class" / "bert").mkdir(parents=True)
    repository(home / "chat" / "class" / "anna", **{"service.toml": broken})
    return repository(home / "chat", **{"service.toml": broken, ".gitignore": "class/\n"})


def predict(chat: Path) -> None:
    path = chat / "worksheet.toml"
    text = re.sub("predicted = .*", "predicted = 2.0", path.read_text())
    path.write_text(text.replace('reason = ""', 'reason = "A guess."'))


def commit(chat: Path) -> None:
    git(chat, "add", "-A")
    git(chat, "commit", "-q", "-m", "Predict")


def start_anew(home: Path) -> None:
    shutil.rmtree(home / "chat")


BEFORE = {
    "kit start --bare ~/chat": start_anew,
    "kit worksheet lock": predict,
    "kit worksheet measure": commit,
}
"""What a learner does between two examples."""


class Webhooks(http.server.BaseHTTPRequestHandler):
    """Answers Twilio and Slack as a service does."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        for_slack = "slack" in self.path
        body = b'{"response_type": "ephemeral", "text": "Well."}' if for_slack else b"<Response></Response>"
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if for_slack else "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def webhooks():
    """The port of a service that takes webhooks."""
    server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Webhooks)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


PLACES = {
    **dict.fromkeys((ROOT, "init", "start", "completion", "contract", "doctor", "notebook"), Path),
    **dict.fromkeys(("capacity", "fuzz", "intervene", "load", "profile", "worksheet"), small),
    "grade": a_class,
    "next": following,
    "reset": reset,
}


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_of_a_command_works(name, home, port, webhooks):
    listed = examples(name)
    assert listed, f"the help of kit {name} has no example"
    if name in UNDER_LOAD and not installed("locust"):
        pytest.skip("Locust is not installed")
    if name == "notebook" and installed("jupyterlab"):
        pytest.skip("Jupyter would open a browser")
    chat = PLACES.get(name, started)(home)
    if name in {"phone", "slack"}:
        ProjectState(chat).make_credentials()
        port = webhooks
    for example in listed:
        BEFORE.get(example, Path)(chat)
        type_in(chat, example, port)
    if name == "completion":
        written = home / ".bashrc"
        assert "_KIT_COMPLETE=bash_source" in written.read_text()
        subprocess.run([BASH, "-n", written], check=True)
