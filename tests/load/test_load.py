"""Measurements under load of real servers that count their answers, and of servers that fail in different ways."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from grader.errors import MachineError
from grader.load import measurement
from grader.load.cpu import Cores, Reading, cores_between, is_running, machine_seconds, tree_seconds
from grader.load.generator import Generator, Job, Record
from grader.load.measurement import Load, Measured, Probe, note_on
from grader.load.samples import Sample, Window, generator_bound, held_up, in_flight, percentile_ms, started_in
from grader.load.workloads import WORKLOADS

pytestmark = pytest.mark.timeout(60)

ROOT = Path(__file__).resolve().parents[2]

SERVER = r"""
import os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HABIT, BREAK, PROTOCOL = sys.argv[1], int(sys.argv[2]), sys.argv[3]
counting = threading.Lock()
asked = answered = 0

class Handler(BaseHTTPRequestHandler):
    protocol_version = PROTOCOL
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        if self.path == "/count":
            return self.answer(200, b"%d %d" % (asked, answered))
        self.count()
        odd = asked_now.number % BREAK == 0
        if HABIT == "dies" and odd:
            os._exit(1)
        if HABIT == "falls silent" and asked_now.number >= BREAK:
            time.sleep(3600)
        if HABIT == "hangs up" and odd:
            self.close_connection = True
        elif HABIT == "breaks off" and odd:
            self.answer(200, b"half", length=8)
        elif HABIT == "redirects" and odd:
            self.answer(302, b"", location="/")
        elif HABIT == "says nothing" and odd:
            self.answer(204, b"")
        elif HABIT == "refuses" and odd:
            self.answer(503, b"no")
        elif HABIT == "fails" and odd:
            self.answer(500, b"\xff\xfe")
        else:
            self.count_answer()
            self.answer(200, b"hello")

    def count(self):
        global asked
        with counting:
            asked += 1
            asked_now.number = asked

    def count_answer(self):
        global answered
        with counting:
            answered += 1

    def answer(self, status, body, length=None, location=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if location:
            self.send_header("Location", location)
        if length is not None:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

asked_now = threading.local()
server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


class Counting:
    """A server in a process of its own that counts its requests and its answers of status 200."""

    def __init__(self, habit: str, every: int, protocol: str) -> None:
        argv = [sys.executable, "-c", SERVER, habit, str(every), protocol]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def counted(self) -> tuple[int, int]:
        with urllib.request.urlopen(f"{self.url}/count") as reply:
            asked, answered = reply.read().split()
        return int(asked), int(answered)

    def measure(self, users: int = 8, warm_up: float = 0.2, seconds: float = 0.6) -> Measured:
        with Generator() as generator:
            load = Load(generator, self.url, self.pid)
            return load.run(WORKLOADS["root"], users=users, warm_up=warm_up, seconds=seconds)


@contextmanager
def counting_server(habit: str = "answers", every: int = 10, protocol: str = "HTTP/1.1") -> Iterator[Counting]:
    server = Counting(habit, every, protocol)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.communicate()


def job(seconds: float = 0.0) -> Job:
    """Return an order that nobody answers: the port is that of no server."""
    return Job("http://127.0.0.1:9", WORKLOADS["root"], seconds, users=1)


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Assert that the test leaves no process and no file behind."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    before = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= before
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("protocol", ["HTTP/1.0", "HTTP/1.1"])
@pytest.mark.parametrize("users", [1, 8])
def test_answered_is_what_the_service_answered(users: int, protocol: str) -> None:
    with counting_server(protocol=protocol) as server:
        runs = [server.measure(users) for _ in range(2)]

        answered = sum(run.answered for run in runs)
        assert (answered, answered) == server.counted()
        assert [(run.failed, note_on(run)) for run in runs] == [(0, None), (0, None)]


def test_a_probe_describes_the_window_after_the_warm_up() -> None:
    with counting_server() as server:
        run = server.measure()

    probe = run.probe
    assert (probe.users, probe.offered, probe.failed) == (8, None, 0)
    assert 0 < probe.achieved * 0.6 < run.answered
    assert 0 < (probe.p50_ms or 0) <= (probe.p95_ms or 0) <= (probe.p99_ms or 0)
    assert probe.cpu_service > 0
    assert probe.cpu_generator > 0
    assert probe.other >= 0


def test_the_kit_itself_stays_free_of_locust() -> None:
    with counting_server() as server:
        server.measure()

    assert not {"locust", "gevent"} & set(sys.modules)


@pytest.mark.parametrize(
    ("habit", "kind"),
    [("refuses", "status 503"), ("redirects", "status 302"), ("hangs up", "cut off"), ("breaks off", "cut off")],
)
def test_a_refusal_is_named_by_its_status_and_what_breaks_off_is_cut_off(habit: str, kind: str) -> None:
    with counting_server(habit) as server:
        assert set(server.measure().probe.failures) == {kind}


@pytest.mark.parametrize("habit", ["fails", "hangs up", "breaks off", "redirects", "says nothing"])
def test_anything_but_a_complete_200_is_a_failure_and_is_asked_once(habit: str) -> None:
    with counting_server(habit) as server:
        run = server.measure()

        asked, answered = server.counted()
    assert (run.answered, run.failed) == (answered, asked - answered)
    assert run.failed == asked // 10 > 0
    assert note_on(run) is None


def test_a_service_that_dies_leaves_what_was_seen() -> None:
    with counting_server("dies", every=100) as server:
        run = server.measure()

    assert 99 - 8 <= run.answered <= 99
    assert run.failed > 0
    assert not run.probe.generator_bound
    assert note_on(run) == "The service ended during the load."


def test_a_service_that_falls_silent_is_not_waited_for_without_end() -> None:
    with counting_server("falls silent", every=50) as server:
        run = server.measure(warm_up=0.5, seconds=0.5)

    probe = run.probe
    assert (run.answered, run.failed) == (49, 8)
    assert (probe.achieved, probe.p50_ms, probe.p99_ms) == (0.0, None, None)
    assert not run.probe.generator_bound
    assert note_on(run) == "Still unanswered 5 s after the end: 8."


def test_a_service_that_is_gone_is_all_failures() -> None:
    with counting_server() as server:
        server.process.kill()
        server.process.wait()
        run = server.measure(users=2)

    assert run.answered == 0 < run.failed
    assert note_on(run) == "The service ended during the load."


@pytest.mark.parametrize("wait", [lambda run: run.begin(job()), lambda run: run.finish()], ids=["start", "end"])
def test_a_generator_that_ends_too_early_is_a_fault(wait: Callable[[Generator], object]) -> None:
    with Generator() as generator:
        os.kill(generator.pid, signal.SIGKILL)
        with pytest.raises(MachineError, match=r"ended too early \(killed by SIGKILL\): it printed nothing$"):
            wait(generator)


def test_a_generator_that_takes_too_long_is_a_fault() -> None:
    with (
        Generator(patience=0.0) as generator,
        pytest.raises(MachineError, match=r"was not done after 0 s: .* try again later\.$"),
    ):
        generator.begin(job())


def test_without_locust_it_says_what_to_type() -> None:
    find = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
    program = f"{find}; from grader.load import measurement; measurement.require()"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)

    sentence = "This needs locust and psutil; to install, type in the kit's folder: make load"
    assert run.stderr.splitlines()[-1] == f"grader.load.measurement.LoadUnavailable: {sentence}"


def test_what_does_not_add_up_is_said() -> None:
    seen = (Sample(0.0, 0.1, True), Sample(0.1, 0.1, False))

    def measured(requests: int, failures: int) -> Measured:
        probe = Probe(1, None, 1.0, 1.0, 1.0, 1.0, 1, 0.1, 0.1, 0.0)
        return Measured(probe, Record(seen, (), 2, 1, requests, failures), Window(0.0, 1.0), ended=False)

    assert note_on(measured(2, 1)) is None
    assert note_on(measured(3, 1)) == "The kit counted 2 requests and 1 failures, Locust 3 and 1."


LATE = Sample(0.5, 0.080, True, late=0.030)
ON_TIME = Sample(0.5, 0.050, True, late=0.001)
PAUSE = Sample(0.550, 0.050, True, late=0.029)
WAITED = Sample(0.5, 0.080, True)


@pytest.mark.parametrize(
    ("samples", "remark"),
    [
        ([LATE] * 10 + [ON_TIME] * 90, "p95 is between 50 ms and 80 ms and p99 is between 50 ms and 80 ms"),
        ([LATE] * 3 + [ON_TIME] * 97, "p99 is between 50 ms and 80 ms"),
        ([WAITED] * 10 + [PAUSE] + [ON_TIME] * 89, "p95 is between 50 ms and 80 ms and p99 is between 50 ms and 80 ms"),
        ([ON_TIME] * 100, None),
        ([LATE._replace(late=0.0)] * 10 + [ON_TIME] * 90, None),
        ([LATE._replace(seconds=0.4)] * 10 + [ON_TIME] * 90, None),
        ([Sample(0.5, 0.004, True, late=0.003)] * 100, None),
    ],
    ids=["two", "one", "waited for the generator", "in time", "of the service", "less than a tenth", "less than 5 ms"],
)
def test_percentiles_that_the_generator_made_longer_are_named(samples: list[Sample], remark: str | None) -> None:
    open_probe = Probe(None, 100.0, 1.0, 1.0, 1.0, 1.0, 0, 0.1, 0.1, 0.0)
    record = Record(tuple(samples), (), 100, 1, 100, 0)
    window = Window(0.0, 1.0)

    said = note_on(Measured(open_probe, record, window, ended=False))
    assert said == (remark and f"The generator itself was late, so {remark}.")
    for other in (replace(open_probe, generator_bound=True), replace(open_probe, users=2, offered=None)):
        assert note_on(Measured(other, record, window, ended=False)) is None


def test_answers_wait_for_a_generator_that_is_late_at_their_end() -> None:
    pause = Sample(1.0, 0.100, True, late=0.030)
    held = {
        Sample(0.9, 0.090, True): 0.0,
        Sample(0.9, 0.120, True): 0.020,
        Sample(0.9, 0.131, True): 0.031,
        Sample(0.9, 0.140, True): 0.0,
        Sample(1.01, 0.021, True, late=0.019): 0.002,
    }

    assert held_up([*held, pause]) == pytest.approx([*held.values(), 0.0])
    assert held_up([]) == []


def test_percentiles_are_by_nearest_rank() -> None:
    durations = [n / 1000 for n in range(100, 0, -1)]

    assert [percentile_ms(durations, percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile_ms([0.003, 0.001, 0.002], 50) == 2
    assert percentile_ms([0.004], 99) == 4
    assert percentile_ms([], 50) is None


def test_only_what_began_inside_the_window_counts() -> None:
    samples = [Sample(start, 0.5, True) for start in (0.9, 1.0, 1.9, 2.0)]

    assert started_in(Window(1.0, 2.0), samples) == samples[1:3]


def test_requests_across_an_edge_are_in_flight_for_their_part_inside() -> None:
    samples = [Sample(0.0, 1.5, True), Sample(1.5, 9.0, True), Sample(0.0, 0.5, True), Sample(2.0, 1.0, True)]

    assert in_flight(Window(1.0, 2.0), samples) == 1.0


@pytest.mark.parametrize(("busy", "bound"), [(0.95, False), (0.8, True)])
def test_littles_law_tells_the_generator_from_the_service(busy: float, bound: bool) -> None:
    samples = [Sample(turn / 100, busy / 100, True) for turn in range(300) for _ in range(8)]

    assert generator_bound(Window(1.0, 2.0), samples, users=8) is bound


@pytest.mark.parametrize(("rested", "late", "bound"), [(0.3, 0.0, False), (0.05, 0.0, True), (0.3, 0.05, True)])
def test_an_open_generator_is_the_limit_without_rest_and_where_it_sends_late(
    rested: float, late: float, bound: bool
) -> None:
    job = Job("http://127.0.0.1:9", WORKLOADS["root"], 1.0, rate=100.0)
    samples = [Sample(turn / 100, 0.01, True, late) for turn in range(100)]

    assert measurement._bound(job, Window(0.0, 1.0), samples, rested) is bound


def test_refused_connections_say_nothing_about_the_generator() -> None:
    samples = [Sample(turn / 1000, 0.0001, turn % 3 == 0) for turn in range(1000)]

    assert not generator_bound(Window(0.0, 1.0), samples, users=1)


def test_a_server_that_needs_no_time_shows_the_generators_limit() -> None:
    """There are 64 users, because with few of them the server is the limit on a machine that is busy otherwise."""
    program = (
        "import asyncio\n"
        "class Server(asyncio.Protocol):\n"
        "    def connection_made(self, transport): self.transport = transport\n"
        "    def data_received(self, _):\n"
        "        self.transport.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n')\n"
        "async def main():\n"
        "    server = await asyncio.get_running_loop().create_server(Server, '127.0.0.1', 0)\n"
        "    print(server.sockets[0].getsockname()[1], flush=True)\n"
        "    await server.serve_forever()\n"
        "asyncio.run(main())\n"
    )
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        with Generator() as generator:
            run = Load(generator, url, server.pid).run(WORKLOADS["root"], users=64, warm_up=0.3, seconds=0.7)
    finally:
        server.kill()
        server.communicate()

    assert run.failed == 0
    assert run.probe.generator_bound


def test_what_neither_service_nor_generator_used_is_other() -> None:
    before = Reading(at=10.0, service=1.0, generator=5.0, machine=100.0)
    after = Reading(at=12.0, service=3.0, generator=6.0, machine=104.0)

    assert cores_between(before, after) == Cores(service=1.0, generator=0.5, other=0.5)
    assert cores_between(before, Reading(12.0, 0.0, 5.0, 100.0)) == Cores(0.0, 0.0, 0.0)


def test_children_that_have_ended_keep_counting() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    program = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        own = psutil.Process(parent.pid).cpu_times()
        seconds = tree_seconds(parent.pid)
        parent.communicate(b"\n")

    assert seconds - own.user - own.system >= 0.25


def test_a_process_that_is_gone_has_used_nothing_and_does_not_run() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert is_running(process.pid)
        process.communicate(b"\n")

    assert not is_running(process.pid)
    assert tree_seconds(process.pid) == 0.0


def test_a_process_that_waits_to_be_reaped_does_not_run() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert not is_running(process.pid)


def test_the_machine_has_used_at_least_what_this_process_has() -> None:
    before, own = machine_seconds(), sum(os.times()[:2])
    while sum(os.times()[:2]) < own + 0.2:
        pass

    assert machine_seconds() - before >= 0.1
