import fcntl
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from grader.errors import MachineError
from grader.system import ports
from grader.system.ports import Port, answers, is_free, refusing
from grader.system.process import wait_until

BETWEEN = range(32_004, 32_764)
"""Ports that neither the kit nor the system chooses."""
RESERVING = """
from grader.system import ports
ports.LOWEST, ports.HIGHEST = map(int, __import__("sys").argv[1:])
print(ports.Port().number, flush=True)
input()
"""


@pytest.fixture
def reserve() -> Iterator[Callable[[], Port]]:
    """Reserve ports, and give them back at the end of the test."""
    reserved: list[Port] = []

    def one() -> Port:
        reserved.append(Port())
        return reserved[-1]

    yield one
    for port in reserved:
        port.release()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, tmp_path) -> range:
    """Limit the choice to four unused ports, which no other test worker takes, with lock files of their own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8
    blocks = [range(first, first + 4) for first in BETWEEN[::4] if first // 4 % 8 == worker]
    chosen = next(block for block in blocks if all(is_free(number, untouched=True) for number in block))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(ports, "LOWEST", chosen.start)
    monkeypatch.setattr(ports, "HIGHEST", chosen.stop)
    return chosen


def other_run(tmp_path, few: range) -> subprocess.Popen:
    """Reserve a port in another process, as another run of the kit does."""
    return subprocess.Popen(
        [sys.executable, "-c", RESERVING, str(few.start), str(few.stop)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )


def test_a_chosen_port_can_be_listened_on(reserve):
    port = reserve()

    with socket.create_server(("127.0.0.1", port.number)):
        assert answers(port.number)
    assert not answers(port.number)


def test_no_port_is_chosen_twice(few, reserve):
    numbers = [reserve().number for _ in few]

    assert sorted(numbers) == list(few)


def test_many_at_once_get_different_ports(reserve):
    made: list[Port] = []
    threads = [threading.Thread(target=lambda: made.append(reserve())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({port.number for port in made}) == 20


def test_two_runs_never_get_the_same(few, tmp_path, reserve):
    with other_run(tmp_path, few) as other:
        taken = int(other.stdout.readline())
        mine = [reserve().number for _ in few[1:]]

        assert {*mine, taken} == set(few)
        with pytest.raises(MachineError):
            reserve()
        other.communicate()


def test_where_no_port_is_left_somebody_says_so(few, reserve):
    kept = [reserve() for _ in few]

    with pytest.raises(MachineError) as caught:
        reserve()

    assert str(caught.value) == "No free port was found on the loopback address."
    assert len(kept) == 4


def test_a_port_that_somebody_listens_on_is_not_chosen(few, reserve):
    with socket.create_server(("0.0.0.0", few[2])):
        numbers = {reserve().number for _ in few[1:]}

    assert few[2] not in numbers


def test_a_port_that_was_in_use_a_moment_ago_is_not_chosen(few, reserve):
    with (
        socket.create_server(("127.0.0.1", few[2])) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        server.accept()[0].close()  # the side that closes first keeps the port for a minute
        client.recv(1)

    assert is_free(few[2])
    assert few[2] not in {reserve().number for _ in few[1:]}


def test_lock_files_go_away(few, tmp_path, reserve):
    reserved = [reserve() for _ in few]
    assert len(list(tmp_path.iterdir())) == 4

    for port in reserved:
        port.release()

    assert list(tmp_path.iterdir()) == []


def test_a_port_is_given_back_once_and_can_be_chosen_again(few, reserve):
    reserved = [reserve() for _ in few]
    reserved[0].release()
    again = reserve()
    reserved[0].release()

    assert again.number == reserved[0].number
    with pytest.raises(MachineError):
        reserve()


def test_locks_of_a_killed_run_are_swept_and_those_of_the_living_kept(few, tmp_path, reserve):
    with other_run(tmp_path, few) as other:
        assert int(other.stdout.readline()) in few
        other.kill()
    mine = reserve()

    ports.sweep()

    assert [path.name for path in tmp_path.iterdir()] == [f"kit-port-{mine.number}.lock"]
    assert {mine.number, *(reserve().number for _ in few[1:])} == set(few)


def test_a_lock_that_is_removed_before_it_is_held_is_none(few, tmp_path, monkeypatch, reserve):
    lock, removed = fcntl.flock, []

    def too_late(descriptor: int, operation: int) -> None:
        if not removed:
            removed.extend(tmp_path.iterdir())
            removed[0].unlink()
        lock(descriptor, operation)

    monkeypatch.setattr("fcntl.flock", too_late)

    assert ports._path(reserve().number) not in removed


def test_what_only_looks_like_a_lock_is_left_alone(few, tmp_path, reserve):
    (tmp_path / "kit-port-x.lock").write_text("mine")
    (tmp_path / "precious").write_text("precious")
    (tmp_path / f"kit-port-{few[0]}.lock").symlink_to("precious")
    (tmp_path / f"kit-port-{few[1]}.lock").mkdir()

    ports.sweep()

    assert len(list(tmp_path.iterdir())) == 4
    assert {reserve().number for _ in few[2:]} == set(few[2:])


def test_a_refusing_port_refuses_and_stays_taken():
    with refusing() as number:
        assert not answers(number)
        assert not is_free(number)
    assert wait_until(lambda: is_free(number), 1)
