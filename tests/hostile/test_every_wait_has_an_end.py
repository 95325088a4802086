"""No project keeps the kit waiting: each call that may wait without end was looked at, and a reason stands for it."""

import functools
import textwrap
import tomllib
from pathlib import Path

import pytest

from grader.course import ROOT
from tests.hostile import waits

REVIEWED = Path(__file__).with_name("reviewed_waits.toml")


def reviewed():
    """Return each call that was looked at, with its reason."""
    groups = tomllib.loads(REVIEWED.read_text("utf-8"))["reviewed"]
    return {call: group["reason"] for group in groups for call in group["calls"]}


@functools.cache
def found():
    """Return the calls of the kit that may wait."""
    return set(waits.in_package(ROOT / "grader"))


def test_every_wait_of_the_kit_has_an_end_or_a_reason():
    """Mend a call that stands here: give it a limit, or use `grader/project/handed_files.py`.

    If it can't wait for a project at all, write it into `reviewed_waits.toml`, below the reason that fits.
    """
    assert sorted(found() - reviewed().keys()) == []


def test_every_reviewed_call_is_still_there():
    assert sorted(reviewed().keys() - found()) == []


def test_every_call_was_reviewed_once_and_has_a_reason():
    groups = tomllib.loads(REVIEWED.read_text("utf-8"))["reviewed"]
    calls = [call for group in groups for call in group["calls"]]

    assert sorted(calls) == sorted(set(calls))
    assert [group for group in groups if not group["reason"].endswith(".") or not group["calls"]] == []


@pytest.mark.parametrize(
    ("call", "word"),
    [
        ('subprocess.run(["git"])', "subprocess.run"),
        ('subprocess.run(["git"], timeout=None)', "subprocess.run"),
        ('subprocess.Popen(["git"])', "subprocess.Popen"),
        ("process.wait()", "wait"),
        ("process.wait(None)", "wait"),
        ("process.communicate(b'input')", "communicate"),
        ("thread.join()", "join"),
        ("queue.get()", "get"),
        ("future.result()", "result"),
        ("stream.recv(10)", "recv"),
        ("listening.accept()", "accept"),
        ("pipe.read()", "read"),
        ("os.read(descriptor, 10)", "read"),
        ('open("file")', "open"),
        ('path.open("w")', "open"),
        ('os.open("file", os.O_RDONLY)', "open"),
        ("path.read_text()", "read_text"),
        ("(folder / 'file').read_bytes()", "read_bytes"),
        ("shutil.copytree(folder, other)", "copytree"),
        ("fcntl.flock(descriptor, fcntl.LOCK_EX)", "flock"),
        ('sqlite3.connect("chat.db")', "sqlite3.connect"),
        ("select.select([stream], [], [])", "select.select"),
        ('socket.create_connection(("127.0.0.1", 5000))', "socket.create_connection"),
    ],
)
def test_a_call_without_end_is_found(tmp_path, call, word):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "planted.py").write_text(f"class Thing:\n    def look(self):\n        return [{call}]\n")

    assert [*waits.in_package(tmp_path)] == [f"inner.planted:Thing.look {word}"]


@pytest.mark.parametrize(
    "call",
    [
        'subprocess.run(["git"], timeout=60)',
        "process.wait(5)",
        "process.communicate(timeout=5)",
        "thread.join(2)",
        '", ".join(words)',
        'table.get("key")',
        "queue.get(timeout=1)",
        "handed_files.read(path)",
        'os.open("file", os.O_RDONLY | os.O_NONBLOCK)',
        'path.open("xb")',
        "os.open(os.devnull, os.O_RDONLY)",
        "fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "values.copy()",
        "select.select([stream], [], [], 0.5)",
        'socket.create_connection(("127.0.0.1", 5000), 3)',
    ],
)
def test_a_call_with_an_end_is_not_found(call):
    source = f"from grader.project import handed_files\n\ndef look():\n    return {call}\n"

    assert [*waits.unlimited(source, "planted")] == []


def test_a_program_that_is_waited_for_with_a_limit_is_not_found():
    source = """
    def start():
        process = subprocess.Popen(["git"])
        return process.wait(5)
    """

    assert [*waits.unlimited(textwrap.dedent(source), "planted")] == []
