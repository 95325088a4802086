"""The recorder in real Pythons, of each version that is here: every call of every thread is counted, and no more."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.load.profile_data import Profile
from grader.load.recording import Recording
from grader.system.process import wait_until

PYTHONS = {
    f"{path.parent.parent.name}": path
    for path in sorted(Path("~/.pyenv/versions").expanduser().glob("3.1[1-9].*/bin/python"))
} | {"own": Path(sys.executable)}

WORKS = """
import os, pathlib, sys, threading, time

def called(number):
    return len(str(number))

def work(times):
    for number in range(times):
        called(number)

def waits():
    time.sleep(0.4)

def when(name):
    while not os.path.exists(name):
        time.sleep(0.005)

pool = threading.Thread(target=lambda: (when("go"), work(500)))
pool.start()
work(77)
pathlib.Path("ready").touch()
when("go")
threads = [threading.Thread(target=work, args=(1000,)) for _ in range(4)] + [threading.Thread(target=waits)]
for thread in threads:
    thread.start()
work(250)
for thread in [*threads, pool]:
    thread.join()
"""
FORKS = """
if os.fork() == 0:
    when("recorded")
    work(333)
    pathlib.Path("child").touch()
    when("stop")
    os._exit(0)
"""
ENDS = """
pathlib.Path("worked").touch()
when("stop")
"""


def record(folder: Path, python: Path, program: str, *options: str, go: str = "go") -> tuple[Profile, list[str]]:
    """Run a program, record it from when it is ready to when it has worked, and return what it recorded."""
    recording = Recording(folder / "profile")
    env = {"PATH": os.environ["PATH"], **recording.env}
    process = subprocess.Popen([python, *options, "-c", program], cwd=folder, env=env)
    try:
        assert wait_until((folder / "ready").exists, 20)
        if not recording.processes:
            return {}, ["not reached"]
        recording.begin()
        time.sleep(0.1)
        (folder / go).touch()
        assert wait_until((folder / "worked").exists, 20)
        return recording.end(), recording.problems
    finally:
        (folder / go).touch()
        (folder / "stop").touch()
        process.wait(20)


def calls(profile: Profile, name: str) -> int:
    return sum(times.calls for function, times in profile.items() if function.name == name)


@pytest.mark.parametrize("python", PYTHONS.values(), ids=PYTHONS)
def test_every_call_of_every_thread_counts_from_the_beginning_on(python: Path, tmp_path: Path) -> None:
    profile, problems = record(tmp_path, python, WORKS + ENDS)

    assert problems == []
    assert calls(profile, "called") == 500 + 4 * 1000 + 250
    by_name = {function.name: times for function, times in profile.items()}
    called, built_in = by_name["called"], by_name["<built-in method builtins.len>"]
    assert {caller.name: figures[0] for caller, figures in called.callers.items()} == {"work": 4750}
    assert {caller.name: figures[0] for caller, figures in built_in.callers.items()}["called"] == 4750
    assert 0 < called.own <= called.cumulative


@pytest.mark.parametrize("python", PYTHONS.values(), ids=PYTHONS)
def test_waiting_counts_nothing(python: Path, tmp_path: Path) -> None:
    profile, _ = record(tmp_path, python, WORKS + ENDS)

    (times,) = [times for function, times in profile.items() if function.name == "waits"]
    assert times.cumulative < 0.2


@pytest.mark.parametrize("python", PYTHONS.values(), ids=PYTHONS)
def test_a_process_that_was_forked_records_for_itself(python: Path, tmp_path: Path) -> None:
    program = WORKS.replace("pool = ", f"{FORKS}\npool = ") + 'pathlib.Path("recorded").touch()\nwhen("child")\n' + ENDS

    profile, problems = record(tmp_path, python, program)

    assert problems == []
    assert calls(profile, "called") == 500 + 4 * 1000 + 250 + 333


def test_a_python_without_the_environment_is_not_reached(tmp_path: Path) -> None:
    assert record(tmp_path, Path(sys.executable), WORKS + ENDS, "-E") == ({}, ["not reached"])


def test_the_sitecustomize_that_it_hides_still_runs(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "sitecustomize.py").write_text("import pathlib; pathlib.Path('customized').touch()")
    recording = Recording(tmp_path / "profile")
    env = {**recording.env, "PYTHONPATH": f"{recording.env['PYTHONPATH']}{os.pathsep}{other}"}
    program = "import sys; assert not [place for place in sys.path if place.endswith('code')]"

    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=env, check=True)

    assert (tmp_path / "customized").exists()


def test_what_a_process_wrote_instead_is_a_remark(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "profile")
    orders = Path(recording.env["KIT_PROFILE_FOLDER"])
    (orders / "done-5").write_text('{"problem": "", "functions": [["half"')
    (orders / "done-6").write_text('{"problem": "gevent", "functions": []}')

    assert recording.end() == {}
    assert recording.problems == ["what process 5 wrote can't be read", "gevent"]
