"""Pipes, devices and sparse files among a service's data, and in the folders through which the kit talks."""

import os
import sqlite3
from contextlib import closing

import pytest

from grader.errors import Failed, UsageError
from grader.load.mailbox import Mailbox
from grader.load.recording import Recording
from grader.migration import wal
from grader.project import virtual_environment
from grader.project.state import ProjectState
from grader.system import trees
from grader.system.seal import Forged, new_key
from grader.watch import only_one
from grader.watch.page import address
from tests.hostile.odd_files import every_kind, put

no_folder = pytest.mark.parametrize("kind", ["pipe", "device", "sparse"])


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "data" / "chat.db"
    place.parent.mkdir()
    with closing(sqlite3.connect(place)) as database:
        database.execute("CREATE TABLE message (text TEXT)")
    return place


@every_kind
def test_a_log_that_is_none_is_not_read(path, kind):
    put(kind, path.with_name("chat.db-wal"))

    with pytest.raises(OSError, match=r"no plain file|larger than|directory"):
        wal.commits(path)


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_database_that_is_none_is_not_recorded(path, kind):
    put(kind, path)

    with pytest.raises(Failed, match="no plain file"), wal.recording(path):
        pass


@no_folder
def test_other_files_are_compared_without_an_endless_read(path, tmp_path, kind):
    (tmp_path / "after").mkdir()
    put(kind, tmp_path / "after" / "odd")

    assert wal.only_database(path.parent, tmp_path / "after", path) == (kind != "sparse")


def test_a_copy_of_data_has_a_limit(path, tmp_path):
    put("sparse", path.with_name("more"))

    with pytest.raises(OSError, match="too large"):
        trees.copy(path.parent, tmp_path / "copy", most=trees.DATA)
    assert not (tmp_path / "copy").exists()


def test_a_copy_of_data_takes_links_as_they_are(path, tmp_path):
    put("device", path.with_name("zeros"))
    path.with_name("up").symlink_to("..")

    trees.copy(path.parent, tmp_path / "copy", most=trees.DATA)

    assert (tmp_path / "copy" / "zeros").is_symlink()
    assert (tmp_path / "copy" / "up").is_symlink()


def test_a_pipe_among_data_is_named_when_it_cannot_be_copied(path, tmp_path):
    put("pipe", path.with_name("odd"))

    with pytest.raises(OSError, match="odd") as caught:
        trees.copy(path.parent, tmp_path / "copy", most=trees.DATA)

    assert trees.why(caught.value) == "odd is no file that can be copied"


@every_kind
def test_a_figure_that_is_no_file_is_forged(tmp_path, kind):
    box = Mailbox(tmp_path, new_key())
    put(kind, tmp_path / "result-1.json")

    with pytest.raises(Forged):
        box.take("result-1.json")


def test_a_pipe_in_the_place_of_a_draft_does_not_keep_the_kit(tmp_path):
    box = Mailbox(tmp_path, new_key())
    put("pipe", tmp_path / "job-1.json.unfinished")

    box.put("job-1.json", "an order")

    assert box.take("job-1.json") == "an order"


@every_kind
def test_a_recording_that_is_no_file_is_a_problem(tmp_path, kind):
    recording = Recording(tmp_path / "profile")
    put(kind, tmp_path / "profile" / "orders" / f"done-{os.getpid()}")

    assert recording.end() == {}
    assert recording.problems == [f"what process {os.getpid()} wrote can't be read"]


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_an_address_that_is_no_file_is_made_anew(tmp_path, kind):
    put(kind, ProjectState(tmp_path).own_folder("") / address.FILE)

    assert address.of(tmp_path).port


def test_a_lock_that_is_a_pipe_keeps_no_watch_waiting(tmp_path):
    put("pipe", ProjectState(tmp_path).own_folder("") / only_one.LOCK)

    with only_one.only_one(tmp_path), pytest.raises((UsageError, BlockingIOError)), only_one.only_one(tmp_path):
        pass


def test_a_python_that_hangs_makes_no_environment(monkeypatch):
    monkeypatch.setattr(virtual_environment, "WITHIN", 0.2)

    found = virtual_environment._asked(["sleep", "60"])

    assert (found.returncode, found.stderr) == (1, "it still ran after 0.2 s")
