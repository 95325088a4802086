"""The profile of a stranger: what it says, and that a broken one costs one sentence."""

import cProfile
import marshal
import os

import pytest

from grader.errors import Failed
from grader.scaling import top_functions
from grader.scaling.top_functions import bare, first_functions, named_rightly
from tests import projects

FUNCTIONS = [
    ("/srv/a.py", 1, "first", 6.0),
    ("~", 0, "<method 'execute' of 'sqlite3.Cursor' objects>", 5.0),
    ("/srv/a.py", 9, "<lambda>", 4.0),
    ("/srv/a.py", 12, "fourth", 3.0),
    ("~", 0, "<built-in method time.sleep>", 2.0),
    ("/srv/b.py", 1, "sixth", 1.0),
    ("/srv/b.py", 2, "equal", 1.0),
    ("/srv/b.py", 3, "last", 0.5),
]


def profile(functions=FUNCTIONS):
    return marshal.dumps({(file, line, name): (1, 1, own, own, {}) for file, line, name, own in functions})


def project(tmp_path, data=None, names=(), **more):
    made = projects.project(tmp_path, **more)
    listed = ", ".join(f'"{name}"' for name in names)
    (tmp_path / "answers.toml").write_text(f'[profile]\nfile = "reads.prof"\ntop_five = [{listed}]\n')
    if data is not None:
        (tmp_path / "reads.prof").write_bytes(data)
    return made


def complaint(tmp_path, data=None):
    with pytest.raises(Failed) as caught:
        named_rightly(tmp_path, project(tmp_path, data, "abcde"))
    return caught.value.actual


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("iterencode", "iterencode"),
        ("/usr/lib/json/encoder.py:260(iterencode)", "iterencode"),
        ("encoder.py:260(iterencode)", "iterencode"),
        ("{method 'execute' of 'sqlite3.Cursor' objects}", "method 'execute' of 'sqlite3.Cursor' objects"),
        ("<method 'execute' of 'sqlite3.Cursor' objects>", "method 'execute' of 'sqlite3.Cursor' objects"),
        ("server.py:3(<lambda>)", "lambda"),
        (" first ", "first"),
    ],
)
def test_a_function_may_be_written_as_pstats_prints_it_or_bare(written, name):
    assert bare(written) == name


def test_the_first_six_and_those_that_equal_the_sixth_count(tmp_path):
    project(tmp_path, profile())

    assert [bare(name) for name in first_functions(tmp_path, "reads.prof")] == [bare(one[2]) for one in FUNCTIONS[:7]]


def test_a_profile_that_python_wrote_is_read(tmp_path):
    recorder = cProfile.Profile()
    recorder.runcall(sorted, range(1000), key=str)
    recorder.dump_stats(tmp_path / "own.prof")

    assert "<built-in method builtins.sorted>" in first_functions(tmp_path, "own.prof")


@pytest.mark.parametrize(
    ("names", "right"),
    [
        (["first", "{method 'execute' of 'sqlite3.Cursor' objects}", "lambda", "fourth", "equal"], 5),
        (["first", "fourth", "sixth", "{built-in method time.sleep}", "last"], 4),
        (["first", "first", "first", "fourth", "sixth"], 3),
        (["a", "b", "c", "d", "e"], 0),
    ],
)
def test_the_named_functions_are_counted_each_once(tmp_path, names, right):
    found = named_rightly(tmp_path, project(tmp_path, profile(), names))

    assert found == right
    assert found.expected_text(">=", 4) == "at least 4 of them among the first six by own time"


def test_what_is_wrong_is_named_beside_what_is_right(tmp_path):
    found = named_rightly(tmp_path, project(tmp_path, profile(FUNCTIONS[:2]), ["first", "b", "c", "d", "e"]))

    assert found.actual_text() == (
        "not among them: b, c, d, e; the first in the profile are first, <method 'execute' of 'sqlite3.Cursor' objects>"
    )


def test_there_are_five_names(tmp_path):
    with pytest.raises(Failed) as caught:
        named_rightly(tmp_path, project(tmp_path, profile(), ["first"]))

    assert (caught.value.actual, caught.value.expected) == ("top_five in answers.toml has 1 names.", "5 names")


BROKEN = {
    "no marshal": b"hello",
    "nothing": b"",
    "no table": marshal.dumps([1, 2]),
    "other keys": marshal.dumps({"a": 1}),
    "other figures": marshal.dumps({("a", 1, "b"): (1, 2, "c", 3, {})}),
    "no number": marshal.dumps({("a", 1, "b"): (1, 2, float("nan"), 3, {})}),
    "cut off": profile()[:-9],
    "a tuple of two thousand million": b"(\xff\xff\xff\x7f",
    "deep": b"(\x01\x00\x00\x00" * 100_000,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_profile_is_said(tmp_path, data):
    assert complaint(tmp_path, data).startswith("reads.prof is no profile that Python 3.")


def test_a_profile_without_functions_is_said(tmp_path):
    assert complaint(tmp_path, marshal.dumps({})) == "reads.prof holds no function."


def test_a_file_that_is_not_there_is_said(tmp_path):
    assert complaint(tmp_path) == "There is no file reads.prof in the project."


def test_a_folder_and_a_pipe_are_no_files(tmp_path):
    (tmp_path / "reads.prof").mkdir()
    assert complaint(tmp_path) == "reads.prof cannot be read: is a directory."

    (tmp_path / "reads.prof").rmdir()
    os.mkfifo(tmp_path / "reads.prof")
    assert complaint(tmp_path) == "reads.prof cannot be read: it is no plain file."


def test_a_file_outside_of_the_project_is_not_read(tmp_path):
    (tmp_path / "other.prof").write_bytes(profile())
    inside = tmp_path / "project"
    made = project(inside)
    (inside / "reads.prof").symlink_to(tmp_path / "other.prof")

    with pytest.raises(Failed) as caught:
        named_rightly(inside, project(inside, names="abcde"))

    assert made.folder == inside
    assert caught.value.actual == "reads.prof lies outside of the project."


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(top_functions, "LARGEST", 1024)

    assert complaint(tmp_path, b"x" * 2000) == "reads.prof cannot be read: it is larger than 1 kilobytes."


def test_of_a_project_without_python_only_the_presence_counts(tmp_path):
    made = project(tmp_path, b"{}", "abcde", command="node server.js")
    for source in tmp_path.glob("*.py"):
        source.unlink()

    assert named_rightly(tmp_path, made) == 5
    (tmp_path / "reads.prof").unlink()
    with pytest.raises(Failed, match=r"There is no file reads\.prof"):
        named_rightly(tmp_path, made)
