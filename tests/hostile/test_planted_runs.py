"""Folders that look like those of killed runs, planted by a program: the sweep believes only what the kit wrote."""

import json
import os
import subprocess
from contextlib import contextmanager

import pytest

from grader.system import process_tree, scratch
from grader.system.removal import remove
from grader.system.scratch import sweep
from grader.system.seal import new_key, sign
from grader.system.user_key import user_key
from tests.unprivileged import open_folder, unprivileged

DEEP = 3000


@pytest.fixture(autouse=True)
def planted(tmp_path, monkeypatch):
    """Return a folder with the name of a run, in a place of its own."""
    for name in ("memory", "disk", "cache"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(scratch, "MEMORY", tmp_path / "memory")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "disk"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "memory" / "kit-run-planted").mkdir()
    return tmp_path / "memory" / "kit-run-planted"


@contextmanager
def innocent():
    """Run a program that no run of the kit has started."""
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


def entry(pid: int) -> str:
    return json.dumps([pid, process_tree.started_at(pid)])


@pytest.mark.parametrize("seal", ["", "0" * 64 + " ", None], ids=["no seal", "a wrong seal", "another key's seal"])
def test_a_program_that_somebody_else_recorded_is_spared(planted, seal, nothing_left):
    with innocent() as process:
        written = entry(process.pid)
        (planted / "started").write_text(f"{seal or sign(new_key(), planted.name, written) + ' '}{written}\n")

        assert sweep() == []

        assert process.poll() is None
        assert not planted.exists()


def test_a_record_that_was_moved_to_another_run_is_not_believed(planted, nothing_left):
    with innocent() as process:
        written = entry(process.pid)
        (planted / "started").write_text(f"{sign(user_key(), 'kit-run-other', written)} {written}\n")

        sweep()

        assert process.poll() is None


@pytest.mark.parametrize("text", ["5\n", "-1\n", "[-1, 0]\n", "null\n", "\x00" * 100, "[" * 100_000, "[1e999, 0]\n"])
def test_garbage_is_no_obstacle(planted, text):
    (planted / "started").write_text(text)

    assert sweep() == []
    assert not planted.exists()


def test_a_pipe_is_not_waited_for(planted):
    os.mkfifo(planted / "started")

    assert sweep() == []
    assert not planted.exists()


def test_folders_may_be_very_deep(planted):
    here = os.open(planted, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)

    assert sweep() == []
    assert not planted.exists()


def test_links_lead_nowhere(planted, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("mine")
    (planted / "link").symlink_to(kept)
    (planted / "inner").mkdir()
    (planted / "inner" / "link").symlink_to(kept)
    (planted / "loop").symlink_to(planted)

    assert sweep() == []
    assert not planted.exists()
    assert (kept / "file").read_text() == "mine"


def test_a_link_in_the_place_of_a_run_is_left_alone(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (tmp_path / "memory" / "kit-run-link").symlink_to(kept)

    assert sweep() == []
    assert kept.is_dir()


def test_folders_without_rights_are_removed(monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", None)
    with open_folder() as place:
        place.chmod(0o777)
        with unprivileged():
            folder = place / "run"
            (folder / "locked" / "inner").mkdir(parents=True)
            (folder / "locked" / "inner" / "file").write_text("")
            for path in (folder / "locked" / "inner", folder / "locked", folder):
                path.chmod(0)

            assert remove(folder) is None
            assert not folder.exists()


def test_what_cannot_be_removed_is_one_sentence_and_no_end(monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", None)
    with open_folder() as place:
        (place / "run" / "inner").mkdir(parents=True)
        place.chmod(0o555)
        try:
            with unprivileged():
                told = remove(place / "run")
        finally:
            place.chmod(0o755)

    assert told is not None
    assert told.count("\n") == 0
    assert "can't be removed" in told


def test_a_folder_that_is_gone_is_no_fault(tmp_path):
    assert remove(tmp_path / "gone") is None


def test_the_key_is_the_same_for_all_runs_and_nobody_else_may_read_it(tmp_path):
    one, other = user_key(), user_key()

    assert one == other
    assert (tmp_path / "cache" / "backend-practice-kit" / "key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "open to all", "short"])
def test_a_planted_key_is_replaced(tmp_path, kind):
    path = tmp_path / "cache" / "backend-practice-kit" / "key"
    path.parent.mkdir()
    (tmp_path / "other").write_text(new_key())
    (tmp_path / "other").chmod(0o600)
    text = new_key() if kind == "open to all" else "ab"
    if kind == "link":
        path.symlink_to(tmp_path / "other")
    elif kind == "folder":
        (path / "inner").mkdir(parents=True)
    elif kind == "pipe":
        os.mkfifo(path, 0o600)
    else:
        path.write_text(text)
        path.chmod(0o644 if kind == "open to all" else 0o600)

    found = user_key()

    assert found not in (None, (tmp_path / "other").read_text(), text)
    assert found == user_key() == path.read_text()
