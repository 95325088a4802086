"""The figures of a batch, on real services: what an answer costs, whoever did the work, and what a refusal says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import Failed, NotChecked
from grader.load.comparison import Half, Verdict
from grader.load.figures import Figure, Figures, batch, compare_figure, figures_of_good, take
from grader.load.generator import Generator, Record
from grader.load.measurement import Load, Measured, Probe
from grader.load.reference import ReferenceServer
from grader.load.samples import Window
from grader.load.workloads import READ, ROOT
from grader.system.process_tree import HAS_PROC

pytestmark = pytest.mark.timeout(120)
linux_only = pytest.mark.skipif(not HAS_PROC, reason="other systems don't tell")

SERVER = """
import os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

habit, milliseconds, path = sys.argv[1], float(sys.argv[2]), sys.argv[3]
file = os.open(path, os.O_RDWR | os.O_CREAT)
asked = 0

def burn():
    end = time.thread_time() + milliseconds / 1000
    while time.thread_time() < end: pass

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0" if habit == "threads" else "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        global asked
        asked += 1
        if habit == "children":
            child = os.fork()
            if not child:
                burn()
                os._exit(0)
            os.waitpid(child, 0)
        else:
            burn()
        for _ in range(3): os.pwrite(file, b"x" * 1024, 0)
        for _ in range(2): os.pread(file, 512, 0)
        status = 503 if habit == "refuses" and asked % 5 == 0 else 200
        closing = b"Connection: close\\r\\n" if habit == "threads" else b""
        self.wfile.write(b"HTTP/1.1 %d OK\\r\\n%bContent-Length: 2\\r\\n\\r\\nok" % (status, closing))
        if habit == "threads":
            self.close_connection = True

    def log_message(self, *_): pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@pytest.fixture(scope="module")
def generator() -> Iterator[Generator]:
    with Generator() as generator:
        yield generator


@contextmanager
def server(generator: Generator, place: Path, habit: str = "itself", milliseconds: float = 4.0) -> Iterator[Load]:
    argv = [sys.executable, "-c", SERVER, habit, str(milliseconds), str(place / "file")]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield Load(generator, f"http://127.0.0.1:{int(process.stdout.readline())}", process.pid)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("habit", ["itself", "threads", "children"])
def test_what_an_answer_costs_whoever_does_the_work(generator: Generator, habit: str, tmp_path: Path) -> None:
    """Each answer takes 4 ms of processor time: in the process, in threads that end, or in children that end."""
    with server(generator, tmp_path, habit) as load:
        figures = take(load, (ROOT,), seconds=1.0)

    assert figures.cpu_ms is not None
    assert 3.8 < figures.cpu_ms < 12
    assert figures.p50_ms is not None
    assert figures.p50_ms >= 4
    assert 0 < figures.rate <= 250


@linux_only
def test_file_calls_are_counted_for_each_answer(generator: Generator, tmp_path: Path) -> None:
    with server(generator, tmp_path, milliseconds=0.5) as load:
        figures = take(load, (ROOT,), seconds=0.5)

    assert figures.writes == pytest.approx(3.0, abs=0.05)
    assert figures.kb_written == pytest.approx(3.0, abs=0.05)
    assert figures.reads == pytest.approx(2.0, abs=0.3)
    assert figures.kb_read == pytest.approx(1.0, abs=0.3)


def test_processor_time_tells_the_dearer_service(generator: Generator, tmp_path: Path) -> None:
    cheap, dear = tmp_path / "cheap", tmp_path / "dear"
    cheap.mkdir()
    dear.mkdir()
    with server(generator, cheap, milliseconds=2.0) as a, server(generator, dear, milliseconds=8.0) as b:
        short = {"seconds": 0.8}
        found = compare_figure(Figure.CPU, batch(a, (ROOT,), **short), batch(b, (ROOT,), **short), 1.5)  # type: ignore[arg-type]

    assert found.verdict is Verdict.ABOVE
    assert found.dropped == 0


def test_waiting_costs_no_processor_time(generator: Generator) -> None:
    with ReferenceServer("--seconds", "0.02") as waiting:
        figures = take(Load(generator, waiting.url, waiting.pid), (READ,), seconds=1.0)

    assert figures.p50_ms is not None
    assert figures.cpu_ms is not None
    assert figures.p50_ms >= 20
    assert figures.cpu_ms < figures.p50_ms / 4


def test_a_service_that_refuses_under_load_is_said(generator: Generator, tmp_path: Path) -> None:
    with (
        server(generator, tmp_path, "refuses", 0.5) as load,
        pytest.raises(Failed, match=r"^Under load, the service gave \d+ good answers to \d+ requests\.") as failure,
    ):
        take(load, (ROOT,), seconds=0.5)

    assert failure.value.expected == "answers of status 200"


def test_a_batch_that_sent_nothing_is_not_the_services_fault() -> None:
    nothing = Measured(
        Probe(1, None, 0.0, None, None, None, 0, 0.0, 0.0, 2.0), Record((), (), 0, 0, 0, 0), Window(0, 1), ended=False
    )

    with pytest.raises(NotChecked, match=r"^The generator sent nothing within the batch, because this machine is too"):
        figures_of_good(nothing, (ROOT,))


def test_a_window_without_an_answer_has_no_rate() -> None:
    """It is no rate of nothing, which would lie on one side of every threshold."""
    with pytest.raises(NotChecked, match=r"^The service gave no answer within the batch\.$"):
        replace(figures(), rate=0.0).half(Figure.RATE)


def figures(**other: float | None) -> Figures:
    known: dict[str, float | None] = dict.fromkeys(("p50_ms", "cpu_ms", "reads", "writes", "kb_read", "kb_written"))
    return Figures(answers=5, rate=5.0, other=0.25, generator_bound=False, **(known | other))  # type: ignore[arg-type]


def test_a_figure_becomes_half_of_a_pair() -> None:
    assert figures(cpu_ms=1.5).half(Figure.CPU) == Half(1.5, 0.25)
    assert figures(reads=0.0).half(Figure.READS) == Half(0.0, 0.25)


def test_a_figure_that_is_lacking_is_not_checked() -> None:
    with pytest.raises(NotChecked, match=r"^The service gave no answer within the batch\.$"):
        figures().half(Figure.CPU)
    with pytest.raises(NotChecked, match=r"^This system doesn't tell how often a program reads and writes files\.$"):
        figures().half(Figure.WRITES)
