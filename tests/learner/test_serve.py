"""The settings that `kit serve` gives to a server, which of them win, and that no process stays after it."""

import io
import json
import os
import signal
import stat
import subprocess
import tomllib

import pytest
from rich.console import Console

from grader.learner import serve
from grader.project.state import ProjectState
from grader.system.ports import LOOPBACK
from grader.system.process import wait_until
from grader.system.time_zones import WITHOUT_SUMMER
from tests import projects
from tests.command import KIT, environment, kit
from tests.talking import SETTINGS

WRITES_SETTINGS = """
import json, os, pathlib, sys
wanted = ("PORT", "PUBLIC_URL", "TWILIO_AUTH_TOKEN", "SLACK_SIGNING_SECRET", "TZ")
pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "server.json").write_text(
    json.dumps({name: os.environ.get(name) for name in wanted}))
"""


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


def shown(settings):
    file = io.StringIO()
    serve.announce("http://127.0.0.1:5000/", settings.shown, Console(file=file, width=100))
    return [line.strip() for line in file.getvalue().splitlines() if line.strip()]


def test_the_secrets_are_made_once_and_for_nobody_else_to_read(tmp_path):
    first = serve.settings(ProjectState(tmp_path), 5000).environment
    again = serve.settings(ProjectState(tmp_path), 5000).environment

    path = tmp_path / ".kit" / "secrets.toml"
    assert first == again
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(entry.name for entry in path.parent.iterdir()) == [".gitignore", "secrets.toml"]
    assert {**tomllib.loads(path.read_text()), "PUBLIC_URL": f"http://{LOOPBACK}:5000"} == first
    assert len({*first.values()}) == 3


def test_a_broken_file_is_made_anew_and_for_nobody_else_to_read_either(tmp_path):
    ProjectState(tmp_path).make_credentials()
    path = tmp_path / ".kit" / "secrets.toml"
    path.write_text("TWILIO_AUTH_TOKEN = 'half")
    path.chmod(0o644)

    made = ProjectState(tmp_path).make_credentials()

    assert ProjectState(tmp_path).credentials() == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_shown_says_where_the_secrets_are_and_not_what_they_are(tmp_path):
    settings = serve.settings(ProjectState(tmp_path), 5000)

    lines = shown(settings)
    assert lines == [
        "http://127.0.0.1:5000/   Ctrl-C ends it; after a change, start it again.",
        "PUBLIC_URL  http://127.0.0.1:5000",
        "secrets     in .kit/secrets.toml, for the webhooks of stage 3",
    ]
    assert not {settings.environment["TWILIO_AUTH_TOKEN"], settings.environment["SLACK_SIGNING_SECRET"]} & set(
        " ".join(lines).split()
    )


def test_what_the_shell_sets_wins_and_is_not_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://some-words.trycloudflare.com")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "a-real-one")
    settings = serve.settings(ProjectState(tmp_path), 5000)

    lines = shown(settings)
    assert settings.environment["PUBLIC_URL"] == "https://some-words.trycloudflare.com"
    assert settings.environment["TWILIO_AUTH_TOKEN"] == "a-real-one"
    assert settings.environment["SLACK_SIGNING_SECRET"] == ProjectState(tmp_path).credentials().slack_signing_secret
    assert lines[1:] == [
        "PUBLIC_URL  https://some-words.trycloudflare.com from your shell",
        "secrets     TWILIO_AUTH_TOKEN from your shell, SLACK_SIGNING_SECRET from .kit/secrets.toml",
    ]


def test_an_empty_value_of_the_shell_wins_too(tmp_path, monkeypatch):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "")

    assert serve.settings(ProjectState(tmp_path), 5000).environment["TWILIO_AUTH_TOKEN"] == ""


@pytest.fixture
def project(tmp_path):
    """Make a project whose `migrate` and server write the settings that they get to files."""
    folder = projects.project(tmp_path / "project", WRITES_SETTINGS + projects.ANSWERING).folder
    (folder / "migrate.py").write_text(WRITES_SETTINGS)
    text = (folder / "service.toml").read_text()
    assert "migrate" not in text
    text = text.replace("[server]\n", '[server]\nmigrate = ["python", "migrate.py", "migrate.json"]\n')
    (folder / "service.toml").write_text(text)
    return folder


def kit_serve(folder, port, *more):
    return subprocess.Popen(
        [KIT, "serve", "--port", str(port), *more],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize(("more", "zone"), [((), "UTC"), (("--tz", WITHOUT_SUMMER), WITHOUT_SUMMER)])
def test_the_server_and_its_migrate_run_in_the_time_zone_that_is_named(project, port, monkeypatch, more, zone):
    monkeypatch.setenv("TZ", "America/New_York")
    run = kit_serve(project, port, *more)
    try:
        assert wait_until(lambda: (project / "server.json").exists() and (project / "server.json").read_text(), 20)
    finally:
        run.send_signal(signal.SIGINT)
        printed, _ = run.communicate(timeout=20)

    assert {json.loads((project / name).read_text())["TZ"] for name in ("server.json", "migrate.json")} == {zone}
    assert (zone in printed) == bool(more)


@pytest.mark.parametrize("zone", ["Asia/Kalkutta", "", "/etc/passwd", "../../../etc/passwd", "Asia", "IST-5:30"])
def test_a_time_zone_that_nobody_knows_is_one_sentence(project, zone):
    done = kit("serve", "--tz", zone, cwd=project)

    assert done.status == 2
    assert f'This machine knows no time zone "{zone}"; one that it may know is Asia/Kolkata.' in done.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_the_server_and_its_migrate_get_the_settings_and_end_with_kit(project, port, number, nothing_left):
    run = kit_serve(project, port)
    try:
        assert wait_until((project / "server.json").exists, 20)
        assert wait_until(lambda: (project / "server.json").read_text() != "", 5)
    finally:
        run.send_signal(number)
        printed, _ = run.communicate(timeout=20)

    settings = json.loads((project / "server.json").read_text())
    kept = tomllib.loads((project / ".kit" / "secrets.toml").read_text())
    assert settings == {"PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}", "TZ": "UTC", **kept}
    assert json.loads((project / "migrate.json").read_text()) == settings
    assert run.returncode == 0
    assert ".kit/secrets.toml" in printed
    assert not [value for value in kept.values() if value in printed]
    assert os.environ.get("TWILIO_AUTH_TOKEN") is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('command = "pyhton server.py"', 'There is no program "pyhton" on PATH.'),
        ('command = "./server.py"', '"./server.py" may not be run: is it marked as executable?'),
        ('command = "pyhton server.py"\nmigrate = "python migrate.py"', 'There is no program "pyhton" on PATH.'),
        ('command = "python server.py"\nmigrate = "./migrate"', '"./migrate" does not exist.'),
    ],
)
def test_a_program_that_is_not_there_is_told_in_place_of_the_address(tmp_path, port, wrong, said):
    folder = projects.project(tmp_path / "project").folder
    (folder / "service.toml").write_text(f"[server]\n{wrong}\n")

    done = kit("serve", "--port", str(port), cwd=folder)

    assert (done.status, done.stdout, done.stderr) == (1, "", f"kit: {said}\n")


def test_migrate_may_make_the_server(tmp_path, port):
    folder = projects.project(tmp_path / "project").folder
    (folder / "migrate.py").write_text("import os, pathlib; os.chmod(pathlib.Path('made').rename('server'), 0o755)")
    (folder / "made").write_text("#!/bin/sh\necho made\n")
    (folder / "service.toml").write_text('[server]\ncommand = "./server"\nmigrate = "python migrate.py"\n')

    done = kit("serve", "--port", str(port), cwd=folder)

    assert (done.status, done.stdout) == (0, "made\n")
    assert f"http://127.0.0.1:{port}/" in done.stderr
