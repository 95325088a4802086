"""`kit load` with Locust itself: from several processes, from others that join, and the load test of a learner."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import Failed, UsageError
from grader.load import locust_run, own_load
from grader.load.locust_run import Address
from grader.service.server import Service
from grader.system.ports import Port, is_free
from grader.system.resources import Resources
from tests.command import KIT, environment, kit
from tests.load import services

pytestmark = pytest.mark.timeout(150)

LOCUSTFILE = """
from locust import HttpUser, constant, task

class Reader(HttpUser):
    wait_time = constant(0.05)

    @task
    def read(self):
        {body}
"""
LOCUST = [sys.executable, "-P", "-m", "locust", "-f", "reads.py", "--headless", "--host", "{url}", "-u", "{users}"]
TIMED = ["-r", "8", "-t", "{seconds}s"]


def own(folder: Path, body: str, *more: str) -> None:
    services.write(folder, reads=[*LOCUST, *TIMED, *more])
    (folder / "reads.py").write_text(LOCUSTFILE.format(body=body))


def test_several_processes_send_together(tmp_path: Path) -> None:
    services.write(tmp_path)

    done = kit("load", "reads", "--workers", "2", "--seconds", "2", cwd=tmp_path)

    assert done.status == 0, done.text
    assert re.search(r"GET +GET /messages +[1-9][0-9]* +0\(0\.00%\)", done.stdout + done.stderr)
    assert services.nothing_left(tmp_path)


def test_others_join_by_the_line_that_kit_prints(tmp_path: Path) -> None:
    services.write(tmp_path)
    port = Port()
    words = ["load", "mixed", "--master", "--listen", f"127.0.0.1:{port.number}", "--seconds", "2"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen([KIT, *words], cwd=tmp_path, env=environment(), **streams) as master:  # type: ignore[call-overload]
        assert master.stdout is not None
        line = next(line for line in master.stdout if "kit load --join" in line)
        way = next(line for line in master.stdout if "ssh -N" in line)
        joined = kit(*line.split()[1:], cwd=tmp_path)
        printed, _ = master.communicate(timeout=60)
    port.release()

    assert f"-L {port.number}:127.0.0.1:{port.number} -L " in way
    assert (master.returncode, joined.status) == (0, 0), printed + joined.text
    assert re.search(r"POST +POST /messages +[1-9]", printed + joined.text)
    assert services.nothing_left(tmp_path)


def short(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Type a command of a kit that waits for others for two seconds only."""
    program = (
        "import sys; from grader.load import locust_run; locust_run.JOINED_WITHIN = 2;"
        f"sys.argv = {['kit', *words]!r}; from grader.__main__ import main; main()"
    )
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)


def test_when_nobody_joins_that_is_said(tmp_path: Path) -> None:
    services.write(tmp_path)
    port = Port()
    done = short(["load", "reads", "--master", "--listen", f"127.0.0.1:{port.number}", "--workers", "2"], tmp_path)
    port.release()

    assert done.returncode == 3, done.stderr
    assert "kit: Too few joined within 2 s: 2 had to." in done.stderr
    assert services.nothing_left(tmp_path)


def test_where_nobody_waits_that_is_said(tmp_path: Path) -> None:
    port = Port()
    done = short(["load", "--join", f"127.0.0.1:{port.number}"], tmp_path)
    port.release()

    assert done.returncode == 3
    assert f"kit: Nobody answered at 127.0.0.1:{port.number} within 2 s" in done.stderr


def test_a_taken_address_is_said_at_once(tmp_path: Path) -> None:
    services.write(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        done = kit("load", "reads", "--master", "--listen", f"127.0.0.1:{number}", cwd=tmp_path)

    assert done.status == 3
    assert f"kit: Nobody can wait at 127.0.0.1:{number}: the address isn't this machine's, or it is taken." in done.text


def test_ctrl_c_while_a_master_waits_leaves_nothing(tmp_path: Path) -> None:
    services.write(tmp_path)
    port = Port()
    words = ["load", "reads", "--master", "--listen", f"127.0.0.1:{port.number}"]
    with subprocess.Popen([KIT, *words], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True) as master:
        assert master.stdout is not None
        next(line for line in master.stdout if "ssh -N" in line)
        master.send_signal(signal.SIGINT)
        master.communicate(timeout=30)
    port.release()

    assert master.returncode == 130
    assert services.nothing_left(tmp_path)


def test_locusts_page_needs_its_port(tmp_path: Path) -> None:
    services.write(tmp_path)
    with contextlib.ExitStack() as open_until_then:
        if is_free(locust_run.WEB_PORT):
            open_until_then.enter_context(socket.create_server(("127.0.0.1", locust_run.WEB_PORT)))
        done = kit("load", "reads", "--web", cwd=tmp_path)

    assert done.status == 3
    assert "kit: Port 8089, at which Locust shows its page, is taken by another program." in done.text


def test_addresses_are_read() -> None:
    assert locust_run.address("192.168.1.5") == Address("192.168.1.5", 5557)
    assert locust_run.address("lab-3.local:6000") == Address("lab-3.local", 6000)
    for wrong in ("", "http://here", "here:99999", "here:", "0.0.0.0", "0", "a b"):
        with pytest.raises(UsageError):
            locust_run.address(wrong)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Name what is sent: kit load reads, kit load writes or kit load mixed."),
        (["reads", "--join", "here"], "--join goes with --workers only"),
        (["--join", "here", "--users", "3"], "--join goes with --workers only"),
        (["reads", "--rate", "5", "--master"], "--rate goes with none of --web, --workers and --master"),
        (["reads", "--own", "--rate", "5"], "--own goes with --users and --seconds only."),
        (["reads", "--own"], "service.toml has no reads under [load]."),
        (["reads", "--master", "--listen", "0.0.0.0"], "means every address"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(words: list[str], said: str, tmp_path: Path) -> None:
    services.write(tmp_path)

    done = kit("load", *words, cwd=tmp_path)

    assert (done.status, done.stdout) == (2, "")
    assert said in done.text


def test_a_load_test_of_ones_own_runs_with_what_it_needs(tmp_path: Path) -> None:
    own(tmp_path, "self.client.get('/messages')")

    done = kit("load", "reads", "--own", "--seconds", "6", "--users", "3", cwd=tmp_path)

    assert done.status == 0, done.text
    assert re.search(r"GET +/messages +[1-9][0-9]* +0\(0\.00%\)", done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ("pass", (), "kit: Your load test never connected to your server"),
        ("raise SystemError('mine')", ("--exit-code-on-error", "0"), "kit: Your load test never connected"),
        ("raise SystemError('mine')", (), "exit code 1. Locust ends so when a request failed."),
        ("self.client.get('/messages', timeout=0.00001)", (), "exit code 1. Locust ends so when a request failed."),
    ],
)
def test_a_load_test_that_tests_nothing_has_not_passed(
    body: str, more: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    own(tmp_path, body, *more)

    done = kit("load", "reads", "--own", "--seconds", "5", cwd=tmp_path)

    assert done.status == 1, done.text
    assert said in done.text
    assert services.nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["python", "-c", "print('fine')"], "kit: Your load test never connected to your server"),
        (["python", "-c", "raise SystemExit(9)"], "kit: Your load test ended with exit code 9."),
        (["no-such-program"], 'kit: There is no program "no-such-program" on PATH.'),
        (["python", "-c", "import os; os.kill(os.getpid(), 9)"], "kit: Your load test ended with killed by SIGKILL."),
    ],
)
def test_any_program_can_be_a_load_test_and_fail(command: list[str], said: str, tmp_path: Path) -> None:
    services.write(tmp_path, reads=command)

    done = kit("load", "reads", "--own", cwd=tmp_path)

    assert done.status == 1, done.text
    assert said in done.text


def test_a_load_test_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_load, "LONGER", 0.5)
    project = services.write(tmp_path, reads=["python", "-c", "import time; time.sleep(600)"])
    resources = Resources()
    service = Service(project, resources, resources.fresh("data"))
    try:
        with pytest.raises(Failed, match=r"still running 0 s after its 1 s, so kit has ended it: the command under"):
            own_load.run(project, service, project.load["reads"], 1, 1.0)
    finally:
        resources.close()


def test_a_load_test_that_prints_a_lot_and_asks_once_is_fine(tmp_path: Path) -> None:
    program = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read(); print('word ' * 200_000)"
    services.write(tmp_path, reads=["python", "-c", program, "{url}/messages"])

    done = kit("load", "reads", "--own", cwd=tmp_path)

    assert done.status == 0, done.stderr
    assert len(done.stdout) > 1_000_000


def test_a_service_that_dies_explains_a_load_test_that_fails(tmp_path: Path) -> None:
    services.write(tmp_path, "dies", since=215, reads=[*LOCUST, *TIMED])
    (tmp_path / "reads.py").write_text(LOCUSTFILE.format(body="self.client.get('/messages')"))

    done = kit("load", "reads", "--own", "--seconds", "6", cwd=tmp_path)

    assert done.status == 1
    assert "kit: Your server ended during the load (exit code 3)." in done.text
