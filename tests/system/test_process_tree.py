import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from grader.system import process_tree
from grader.system.process import wait_until

pytestmark = pytest.mark.skipif(not process_tree.HAS_PROC, reason="needs /proc")

RESPAWNING = """
import os, time
if os.fork() == 0:
    os.setsid()
    while True:
        if os.fork() == 0:
            time.sleep(300)
        os.wait()
print("up", flush=True)
time.sleep(300)
"""


@contextlib.contextmanager
def running(code: str, **more: object) -> Iterator[subprocess.Popen]:
    """Run Python code until the block ends. The block begins when the code has printed a line."""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, **more) as process:
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def family(pid: int) -> set[int]:
    return {pid, *process_tree.descendants(pid)}


@pytest.fixture(autouse=True)
def ours(nothing_left: Callable[[], set[int]]) -> Callable[[], set[int]]:
    """Give a function that lists the living processes which the test started, directly or not."""
    return nothing_left


@pytest.fixture(params=["proc", "psutil"])
def _both_ways(request, monkeypatch):
    """Repeat a test as on Linux, and as on systems without /proc."""
    monkeypatch.setattr(process_tree, "HAS_PROC", request.param == "proc")


@pytest.mark.usefixtures("_both_ways")
def test_descendants_are_found_at_any_depth():
    nested = "import subprocess, sys; subprocess.run(['sh', '-c', 'sleep 300 & echo $!; wait'])"
    with running(nested) as process:
        assert wait_until(lambda: len(process_tree.descendants(process.pid)) == 2, 5)
        assert process.pid in process_tree.descendants(os.getpid())
        assert set(process_tree.descendants(process.pid)) < set(process_tree.descendants(os.getpid()))
        process_tree.kill(family(process.pid))


@pytest.mark.usefixtures("_both_ways")
def test_the_looking_itself_is_no_descendant(ours):
    assert ours() == set()


@pytest.mark.usefixtures("_both_ways")
def test_a_zombie_is_not_alive(ours):
    with running("print()"):
        assert wait_until(lambda: not ours(), 5)


@pytest.mark.usefixtures("_both_ways")
def test_a_group_is_found_without_its_leader():
    with running(
        "import os, signal; os.fork() or (print(flush=True), signal.pause())", start_new_session=True
    ) as process:
        pass
    (left,) = process_tree.group(process.pid)

    assert process_tree.kill([left]) == []
    assert process_tree.group(process.pid) == []


def test_psutil_sees_the_same_family_as_proc(ours, monkeypatch):
    code = "import os, signal; os.fork() or os.setsid(); os.fork(); print(flush=True); signal.pause()"
    with running(code) as process:
        assert wait_until(lambda: len(family(process.pid)) == 4, 5)
        seen = {one for one in process_tree._processes() if one[0] in family(process.pid)}
        monkeypatch.setattr(process_tree, "HAS_PROC", False)

        assert {one for one in process_tree._processes() if one[0] in ours()} == seen
        assert process_tree.kill(family(process.pid)) == []


@pytest.mark.usefixtures("_both_ways")
def test_the_start_time_belongs_to_a_living_process():
    with running("print(flush=True); input()", stdin=subprocess.PIPE) as process:
        assert process_tree.started_at(process.pid)
        assert process_tree.started_at(process.pid) == process_tree.started_at(process.pid)
    assert process_tree.started_at(process.pid) is None


@pytest.mark.usefixtures("_both_ways")
def test_start_times_tell_processes_apart():
    with running("print(flush=True); input()", stdin=subprocess.PIPE) as process:
        assert process_tree.started_at(process.pid) != process_tree.started_at(os.getpid())


@pytest.mark.usefixtures("_both_ways")
def test_an_odd_name_confuses_nobody(tmp_path):
    odd = tmp_path / ") Z 1 1 (\n"
    odd.symlink_to(sys.executable)
    with subprocess.Popen([odd, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert wait_until(lambda: process.pid in process_tree.descendants(os.getpid()), 5)
        assert process_tree.kill([process.pid]) == []


def test_a_process_is_known_by_its_environment(tmp_path):
    code = "print(flush=True); input()"
    with running(code, stdin=subprocess.PIPE, env={"MARK": f"{tmp_path}/here"}) as process:
        below = process_tree.descendants(os.getpid())

        assert process_tree.carrying(f"MARK={tmp_path}/here", below) == [process.pid]
        assert process_tree.carrying(f"MARK={tmp_path}/her", below) == []
        assert process_tree.mentioning(f"{tmp_path}/her") == [process.pid]


@pytest.mark.usefixtures("_both_ways")
def test_killing_waits_until_everybody_is_gone():
    with running("import os, signal; os.fork(); os.fork(); print(flush=True); signal.pause()") as process:
        assert wait_until(lambda: len(family(process.pid)) == 4, 5)
        everybody = family(process.pid)

        assert process_tree.kill(everybody) == []
        assert not everybody & set(process_tree.descendants(os.getpid()))


def test_killing_spares_oneself_and_the_dead():
    with running("print()") as process:
        process.wait()

    assert process_tree.kill([os.getpid(), process.pid]) == []


def test_who_starts_others_again_is_ended_too(ours):
    with running(RESPAWNING):
        assert wait_until(lambda: len(ours()) == 3, 5)

        process_tree.kill_all(ours)

        assert ours() == set()


def test_a_daemon_is_adopted(ours):
    daemon = "import os, signal; os.fork() or (os.setsid(), os.fork() or (print(flush=True), signal.pause()))"
    with running(daemon) as process:
        process.wait()
    assert wait_until(lambda: len(ours()) == 1, 5)
    (adopted,) = ours()

    assert os.getsid(adopted) not in (adopted, os.getsid(0))
    assert process_tree.kill([adopted]) == []


@pytest.mark.parametrize(("kind", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_listening_ports_are_seen_in_both_families(kind, address):
    with socket.create_server((address, 0), family=kind) as listener:
        port = listener.getsockname()[1]

        assert port in process_tree.listening_ports([os.getpid()])
        assert process_tree.is_taken(port, [])
        assert not process_tree.is_taken(port, [os.getpid()])


def test_a_connection_is_no_listener():
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as one:
        port = one.getsockname()[1]

        assert port not in process_tree.listening_ports([os.getpid()])
        assert not process_tree.is_taken(port, [])


def test_a_stopped_process_is_killed_all_the_same():
    with running("print(flush=True); input()", stdin=subprocess.PIPE) as process:
        os.kill(process.pid, signal.SIGSTOP)

        assert process_tree.kill([process.pid]) == []


def test_an_open_file_is_seen_by_whatever_name(tmp_path):
    place, other = tmp_path / "app.db", tmp_path / "link"
    place.touch()
    other.symlink_to(place)

    with place.open():
        assert process_tree.is_open(other, [1, os.getpid()])
    assert not process_tree.is_open(place, [os.getpid()])
    assert not process_tree.is_open(place, [])
