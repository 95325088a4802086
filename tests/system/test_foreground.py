"""Programs in the foreground: their exit code, the signal that Ctrl-C becomes, and that none is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.errors import ProjectError
from grader.system import foreground
from grader.system.process import wait_until
from tests.command import environment

ROOT = Path(__file__).resolve().parents[2]

RUNS = """
import signal, sys
from pathlib import Path
from grader.system import foreground
foreground.hear_ends()
print(foreground.run([sys.executable, "-c", sys.argv[1]], Path(sys.argv[2]), {}, on_ctrl_c=signal.SIGINT, grace=0.3))
"""
STUBBORN = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGINT, lambda *_: pathlib.Path("asked").touch())
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path("child").write_text(str(child.pid))
pathlib.Path("ready").touch()
while True:
    time.sleep(1)
"""


def test_the_exit_code_of_a_program_comes_back(tmp_path: Path) -> None:
    assert foreground.run([sys.executable, "-c", "raise SystemExit(7)"], tmp_path, dict(os.environ)) == 7


def test_a_program_that_cannot_be_started_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r'^There is no program "no-such-program" on PATH\.$'):
        foreground.run(["no-such-program"], tmp_path, dict(os.environ))


def test_a_program_that_takes_too_long_is_asked_to_end_and_then_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STUBBORN]
    with pytest.raises(TimeoutError):
        foreground.run(command, tmp_path, dict(os.environ), on_ctrl_c=signal.SIGINT, grace=0.3, within=2.0)

    child = tmp_path / "child"
    assert not child.exists() or wait_until(lambda: is_gone(int(child.read_text())), 5)


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_program_that_ignores_ctrl_c_is_killed_with_its_children(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUNS, STUBBORN, str(tmp_path)]
    kit = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    assert wait_until((tmp_path / "ready").exists, 20)

    kit.send_signal(number)
    printed, _ = kit.communicate(timeout=20)

    assert (printed.strip(), kit.returncode) == ("None", 0)
    assert (tmp_path / "asked").exists()
    child = int((tmp_path / "child").read_text())
    assert wait_until(lambda: is_gone(child), 5)
