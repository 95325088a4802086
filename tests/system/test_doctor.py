"""The diagnosis of this machine: each thing that is missing has a remedy, and names steps that there are."""

import io
import socket
import time
import webbrowser

import pytest
from rich.console import Console

from grader.report.terminal_doctor import show_doctor
from grader.system import doctor, tools
from grader.system.diagnosis import Diagnosis
from tests.command import kit
from tests.real_course import COURSE

KNOWN = {step.id for step in COURSE.steps}


def program(folder, name, script):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_each_look_names_steps_that_there_are():
    found = doctor.examine()

    assert len({one.name for one in found}) == len(found) == len(doctor.LOOKS)
    assert {step for one in found for step in one.steps} <= KNOWN
    assert all(one.remedy for one in found if not one.fine)


def test_the_steps_under_load_are_those_of_the_course():
    assert tuple(step.id for step in COURSE.steps if step.needs_load) == tools.UNDER_LOAD


def test_a_feature_that_sqlite_lacks_is_named(monkeypatch):
    assert tools.sqlite_features().fine
    monkeypatch.setitem(tools.FEATURES, "telepathy", "SELECT telepathy('now')")

    found = tools.sqlite_features()

    assert (found.fine, found.seen) == (False, "lacks telepathy")
    assert set(found.steps) <= KNOWN


def test_a_slow_disk_is_told_by_what_a_write_takes(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tools, "NO_SYNC_MS", -1.0)
    monkeypatch.setattr(tools, "SLOW_SYNC_MS", 0.0)

    found = tools.disk()

    assert (found.fine, "each commit waits so long" in found.remedy) == (False, True)
    assert set(found.steps) <= KNOWN
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_does_not_wait_is_told(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tools, "NO_SYNC_MS", 1e9)

    assert "would not survive a power failure" in tools.disk().seen


@pytest.mark.parametrize(
    ("moments", "seen"),
    [([1e9, 1e9 + 0.1], "the kit was written later"), ([4e9, 4e9 + 60.0], "it jumped by")],
    ids=["years ago", "jumps"],
)
def test_a_wrong_clock_is_told(monkeypatch, moments, seen):
    told = iter(moments)
    monkeypatch.setattr(time, "time", lambda: next(told))

    found = tools.clock()

    assert (found.fine, seen in found.seen) == (False, True)
    assert set(found.steps) <= KNOWN


def test_without_a_browser_no_step_is_missing(monkeypatch):
    def none(*_):
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)

    found = tools.browser()
    assert (found.fine, found.steps) == (False, ())


@pytest.mark.parametrize(("script", "fine"), [("exit 0", True), ("exit 1", False), (None, False)])
def test_bubblewrap_is_tried(monkeypatch, tmp_path, script, fine):
    if script:
        program(tmp_path / "bin", "bwrap", script)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    found = tools.bubblewrap()

    assert (found.fine, found.steps) == (fine, ())


def test_a_second_address_that_is_missing_names_its_step(monkeypatch):
    def refused(*_):
        raise OSError

    monkeypatch.setattr(socket.socket, "bind", refused)

    found = next(look for look in doctor.LOOKS if look.__name__ == "_second_address")()

    assert (found.fine, found.steps) == (False, ("4.8",))


def test_the_screen_names_the_remedy_and_the_steps():
    page = io.StringIO()
    lacking = Diagnosis("disk", fine=False, seen="slow", remedy="buy another", steps=("4.7",))
    show_doctor([lacking, Diagnosis("git", fine=True, seen="2")], Console(file=page, width=80))

    said = " ".join(page.getvalue().split())
    assert "– disk slow buy another these depend on it: 4.7" in said
    assert "Most of the course can be checked here" in said


def test_where_no_step_is_missing_the_status_is_0(tmp_path):
    found = doctor.examine()
    if any(one.steps and not one.fine for one in found):
        pytest.skip("this machine lacks something that a step needs")

    assert kit("doctor", cwd=tmp_path).status == 0
