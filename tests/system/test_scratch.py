import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.system import scratch
from grader.system.process import wait_until
from grader.system.scratch import Scratch, sweep
from grader.system.seal import sign
from grader.system.user_key import user_key
from tests.projects import CHILD, DAEMON
from tests.unprivileged import NOBODY

PLACES = """
import pathlib, tempfile
from grader.system import scratch
scratch.MEMORY = pathlib.Path({0!r}, "memory")
tempfile.tempdir = {0!r} + "/disk"
"""
RUN = """
import subprocess, sys
from grader.system.scratch import Scratch
scratch = Scratch()
process = subprocess.Popen(
    [sys.executable, "-c", sys.argv[1]], cwd=scratch.folder, start_new_session=True, stdin=subprocess.DEVNULL,
    env={"DATABASE_URL": f"sqlite:///{scratch.folder}/data"} if sys.argv[2] == "known" else {},
)
scratch.record(process.pid)
print(scratch.folder, flush=True)
input()
"""
WAIT = "\nimport time\nopen('ready', 'w').write('yes')\ntime.sleep(300)"


class Brief(Scratch):
    """A run's folder that is removed at the end of a block."""

    def __enter__(self) -> Scratch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.fixture(autouse=True)
def _places_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the folders of the tests apart from those of other runs on this machine."""
    for name in ("memory", "disk"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(scratch, "MEMORY", tmp_path / "memory")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "disk"))


@pytest.fixture
def killed_run(tmp_path: Path, nothing_left: object):
    """Let a run of the kit start a program, kill the run, and return its folder while the program still runs."""

    def run(program: str, *, known: str = "known") -> Path:
        argv = [sys.executable, "-c", PLACES.format(str(tmp_path)) + RUN, program + WAIT, known]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            folder = Path(process.stdout.readline().strip())
            assert wait_until((folder / "ready").exists, 10)
            process.kill()
        return folder

    return run


@pytest.mark.parametrize("known", ["known", "unknown"])
def test_a_killed_run_is_swept_with_its_processes(killed_run, nothing_left, known):
    folder = killed_run("", known=known)
    assert len(nothing_left()) == 1

    sweep()

    assert nothing_left() == set()
    assert not folder.exists()


@pytest.mark.parametrize("others", [CHILD, DAEMON], ids=["child", "daemon"])
@pytest.mark.parametrize("leader", ["", "\nos._exit(1)"], ids=["alive", "dead"])
def test_what_a_recorded_process_left_behind_is_swept_too(killed_run, nothing_left, others, leader):
    ended = f"\nimport os\nopen('ready', 'w').write('yes'){leader}" if leader else ""
    killed_run(others + ended)
    assert nothing_left()

    sweep()

    assert nothing_left() == set()


def test_a_living_run_is_left_alone():
    with Brief() as mine:
        sweep()

        assert mine.folder.is_dir()


def test_a_process_that_only_has_the_same_id_is_spared(tmp_path, nothing_left):
    folder = tmp_path / "memory" / "kit-run-old"
    folder.mkdir()
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as innocent:
        entries = [f'[{innocent.pid}, "12345"]', f"[{innocent.pid}, null]"]
        lines = [f"{sign(user_key(), folder.name, entry)} {entry}\n" for entry in entries]
        (folder / "started").write_text("".join(lines))

        sweep()

        assert not folder.exists()
        assert innocent.poll() is None
        innocent.kill()


@pytest.mark.parametrize("book", ["", "nonsense\n", "[1", "\0\0\0", '{"a": 1}\n', "[1]\n[1, 2, 3]\n", '["a", "b"]\n'])
def test_a_book_that_was_cut_off_is_no_obstacle(tmp_path, book):
    folder = tmp_path / "memory" / "kit-run-old"
    folder.mkdir()
    (folder / "started").write_text(book)

    sweep()

    assert not folder.exists()


def test_a_run_killed_before_it_had_a_lock_is_swept(tmp_path):
    (tmp_path / "disk" / "kit-run-early").mkdir()

    sweep()

    assert list((tmp_path / "disk").iterdir()) == []


def test_a_full_memory_folder_is_swept_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "memory" / "kit-run-old").mkdir()
    monkeypatch.setattr(scratch, "ENOUGH", 1 << 60)

    sweep()

    assert list((tmp_path / "memory").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make other people's folders")
def test_other_peoples_folders_are_left_alone(tmp_path):
    folder = tmp_path / "memory" / "kit-run-theirs"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)

    sweep()

    assert folder.exists()


def test_a_link_is_never_followed(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    (tmp_path / "memory" / "kit-run-link").symlink_to(precious)

    sweep()

    assert (precious / "file").exists()


def test_folders_lie_in_memory_where_there_is_room_and_are_new_each_time(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "ENOUGH", 0)
    with Brief() as there, Brief(memory=False) as on_disk:
        assert there.folder.parent == tmp_path / "memory"
        assert on_disk.folder.parent == tmp_path / "disk"
        assert len({there.fresh("data"), there.fresh("data"), there.fresh("clone")}) == 3
    monkeypatch.setattr(scratch, "ENOUGH", 1 << 60)
    with Brief() as no_room:
        assert no_room.folder.parent == tmp_path / "disk"


def test_a_place_with_a_space_in_its_name_is_avoided(tmp_path, monkeypatch):
    odd = tmp_path / "odd place"
    odd.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(odd))

    with Brief(memory=False) as run:
        assert run.folder.parent == Path("/tmp")


def test_closing_removes_everything_and_twice_is_once():
    run = Scratch()
    run.fresh("data").mkdir()
    run.close()
    with open(os.devnull) as innocent:  # noqa: PTH123 - it may get the descriptor that was just closed
        run.close()

        assert innocent.read() == ""
    assert not run.folder.exists()


def test_a_place_without_locks_is_the_machines_fault(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("fcntl.flock", refuse)

    with pytest.raises(MachineError) as caught:
        Scratch(memory=False)

    assert str(caught.value) == f'No file can be locked in "{tmp_path / "disk"}".'
    assert list((tmp_path / "disk").iterdir()) == []


def test_a_folder_that_is_swept_before_it_is_locked_is_given_up(tmp_path, monkeypatch):
    lock, swept = fcntl.flock, []

    def too_late(descriptor: int, operation: int) -> None:
        if not swept:
            swept.extend((tmp_path / "disk").iterdir())
            shutil.rmtree(swept[0])
        lock(descriptor, operation)

    monkeypatch.setattr("fcntl.flock", too_late)

    with Brief(memory=False) as run:
        assert run.folder.is_dir()
        assert run.folder not in swept


def test_many_sweeps_never_take_a_new_folder_away(tmp_path):
    code = f"{PLACES.format(str(tmp_path))}\nprint(flush=True)\nwhile True: scratch.sweep()"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as sweeper:
        sweeper.stdout.readline()
        for _ in range(300):
            with Brief() as run:
                assert run.folder.is_dir()
        sweeper.kill()
