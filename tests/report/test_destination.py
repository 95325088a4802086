"""Where reports are written: what is no plain file stays what it is, and a place is tried before the run."""

import errno
import os
import socket
import stat
import subprocess
import sys
import threading

import pytest

from grader.errors import MachineError, UsageError
from grader.report import destination
from tests.unprivileged import open_folder, unprivileged

TEXT = "gr\u00fc\u00dfe\n"


def test_a_file_is_written_in_one_step_and_keeps_its_rights(tmp_path):
    path = tmp_path / "report.json"
    destination.write(path, "old")
    path.chmod(0o640)
    with path.open() as old:
        destination.write(path, TEXT)

        assert old.read() == "old"
    assert path.read_text("utf-8") == TEXT
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [place.name for place in tmp_path.iterdir()] == ["report.json"]


def test_a_name_of_250_characters_is_no_hindrance(tmp_path):
    destination.write(tmp_path / ("x" * 250), TEXT)

    assert (tmp_path / ("x" * 250)).read_text("utf-8") == TEXT


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_the_file_that_it_leads_to_is_written(tmp_path, there):
    (tmp_path / "link").symlink_to("real")
    if there:
        (tmp_path / "real").write_text("old")
    destination.confirm_file(tmp_path / "link")
    assert (tmp_path / "real").exists() is there

    destination.write(tmp_path / "link", TEXT)

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text("utf-8") == TEXT


def test_a_named_pipe_gets_the_report_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard = []
    destination.confirm_file(pipe)
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text("utf-8")))
    reader.start()

    destination.write(pipe, TEXT)

    reader.join(10)
    assert heard == [TEXT]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_the_writing_end_of_a_pipe_gets_the_report_even_if_its_reader_leaves():
    reading, writing = os.pipe()
    path = destination.Path(f"/dev/fd/{writing}")
    try:
        destination.confirm_file(path)
        destination.write(path, TEXT)
        assert os.read(reading, 100).decode() == TEXT
    finally:
        os.close(reading)
    try:
        destination.write(path, TEXT)
    finally:
        os.close(writing)


@pytest.mark.parametrize("name", ["/dev/stdout", "/proc/self/fd/1", "link"])
@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_the_standard_output_gets_the_report_after_what_was_printed_before(tmp_path, name, kind):
    (tmp_path / "link").symlink_to("/dev/stdout")
    program = (
        "import sys; from pathlib import Path; from grader.report import destination; path = Path(sys.argv[1])\n"
        "destination.confirm_file(path); print('before'); destination.write(path, 'report\\n'); print('after')\n"
        "sys.exit(not destination.is_standard_output(path))"
    )
    with (tmp_path / "file").open("w+") as file:
        to = subprocess.PIPE if kind == "pipe" else file
        ran = subprocess.run([sys.executable, "-c", program, name], cwd=tmp_path, stdout=to, text=True, check=True)
        said = ran.stdout if kind == "pipe" else (tmp_path / "file").read_text()

    assert said.splitlines() == ["before", "report", "after"]


def test_a_device_is_written_to_and_stays_a_device():
    destination.confirm_file(destination.Path(os.devnull))
    destination.write(destination.Path(os.devnull), TEXT)

    assert stat.S_ISCHR(destination.Path(os.devnull).stat().st_mode)
    with pytest.raises(MachineError, match=os.strerror(errno.ENOSPC).lower()):
        destination.write(destination.Path("/dev/full"), TEXT)


def test_what_cannot_be_written_is_said_before(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
    for name, sentence in (
        ("nowhere/report.json", r'There is no folder ".*nowhere" for the report "report\.json"\.'),
        ("file/report.json", "not a directory"),
        (".", "is a folder; name a file"),
        ("loop", "symbolic links"),
        ("socket", "No report can be written"),
        ("x" * 256, "too long"),
    ):
        with pytest.raises(UsageError, match=sentence):
            destination.confirm_file(tmp_path / name)
    with pytest.raises(UsageError, match="cannot be made"):
        destination.confirm_folder(tmp_path / "file" / "reports", "report.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "loop", "socket"]


def test_a_place_without_rights_is_said_before():
    with open_folder() as folder:
        (folder / "file").write_text("old")
        (folder / "file").chmod(0o444)
        (folder / "closed").mkdir(mode=0o555)
        with unprivileged():
            for path in (folder / "file", folder / "closed" / "new"):
                with pytest.raises(UsageError, match="permission denied"):
                    destination.confirm_file(path)
            with pytest.raises(UsageError, match="permission denied"):
                destination.confirm_folder(folder / "closed" / "reports", "report.json")


def test_where_no_draft_may_lie_the_file_itself_is_written():
    with open_folder() as folder:
        (folder / "file").write_text("old, and longer than the new one")
        (folder / "file").chmod(0o666)
        with unprivileged():
            destination.confirm_file(folder / "file")
            destination.write(folder / "file", TEXT)

        assert (folder / "file").read_text("utf-8") == TEXT


def test_only_a_plain_file_of_an_older_run_is_forgotten(tmp_path):
    (tmp_path / "real").write_text("")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "folder").mkdir()
    for name in ("link", "folder", "nothing"):
        destination.forget(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link", "real"]

    destination.forget(tmp_path / "real")

    assert not (tmp_path / "real").exists()
