"""A service under load whose answers don't end, or explode: each counts as failed, and the generator stays small."""

import contextlib
import gzip
import http.client
import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.load.failures import CUT_OFF, ENDLESS, LATE, kind, kinds
from grader.load.generator import SENDER, Generator, Job
from grader.load.measurement import Load
from grader.load.samples import Sample
from grader.load.workloads import ROOT
from grader.scaling import writers
from grader.scaling.overload import FLOODER
from tests.rawserver import playing

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
PIECE = b"x" * 65536
MEMORY = 512 * 1024**2
"""Bytes that the generator may use."""

ENDLESS_ANSWERS = {
    "a body": (HEAD + b"\r\n", PIECE),
    "an announced body": (HEAD + b"Content-Length: 1000000000000\r\n\r\n", PIECE),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + PIECE + b"\r\n"),
    "a head": (HEAD, b"X-More: " + PIECE[:4000] + b"\r\n"),
}


def peak(pid):
    """Return the most memory that a process had so far, where the system says it, or else what it has now."""
    with contextlib.suppress(OSError, AttributeError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) * 1024
    return psutil.Process(pid).memory_info().rss


def sending(first, piece):
    """Return the script of a server that sends a piece again and again."""

    def send(connection, over):
        connection.sendall(first)
        while not over.is_set():
            connection.sendall(piece)

    return send


@pytest.mark.parametrize("sender", [SENDER, FLOODER], ids=["Locust", "flooder"])
@pytest.mark.parametrize("which", ENDLESS_ANSWERS)
def test_an_answer_without_end_is_a_failure_of_its_kind(which, sender):
    with playing(sending(*ENDLESS_ANSWERS[which])) as server, Generator(sender=sender) as generator:
        generator.begin(Job(f"http://127.0.0.1:{server.port}", (ROOT,), 0.5, users=4))
        record = generator.finish()
        memory = peak(generator.pid)

    found = kinds(record.samples, waiting=len(record.unanswered))
    assert found.keys() <= ({ENDLESS, CUT_OFF} if which == "a head" else {ENDLESS})
    assert sum(found.values()) == len(record.samples) + len(record.unanswered) > 0
    assert memory < MEMORY


def test_a_small_answer_that_would_become_a_gigabyte_stays_small():
    bomb = gzip.compress(bytes(MEMORY), 1)
    answer = HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(bomb)

    with playing(lambda connection, _: connection.sendall(answer + bomb)) as server, Generator() as generator:
        generator.begin(Job(f"http://127.0.0.1:{server.port}", (ROOT,), 1.0, users=1, most=2))
        record = generator.finish()
        memory = peak(generator.pid)

    assert [sample.answered for sample in record.samples] == [True, True]
    assert memory < MEMORY


def test_an_answer_that_trickles_has_an_end():
    """In a process of its own, as the kit's own process knows nothing of gevent."""
    program = (
        "from grader.load import bounds; bounds.LONGEST = 0.2; bounds.set_bounds()\n"
        "import time; from geventhttpclient.response import HTTPResponse\n"
        "answer = HTTPResponse(); began = time.monotonic()\n"
        "answer.feed(b'HTTP/1.1 200 OK\\r\\nContent-Length: 9999\\r\\n\\r\\n')\n"
        "try:\n"
        "    while time.monotonic() < began + 5:\n"
        "        answer.feed(b'x'); time.sleep(0.01)\n"
        "except bounds.TooSlow as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert (done.stdout, done.stderr) == ("no end within 0.2 s\n", "")


@pytest.mark.parametrize(("trouble", "name"), [("TooLong", ENDLESS), ("TooSlow", LATE)])
def test_the_reason_is_named(trouble, name):
    assert kind(Sample(0.0, 0.1, answered=False, trouble=trouble)) == name


@pytest.mark.parametrize("which", ENDLESS_ANSWERS)
def test_a_writer_takes_no_answer_without_end(which):
    with playing(sending(*ENDLESS_ANSWERS[which])) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        with pytest.raises(http.client.HTTPException):
            writers._send(connection, "hello")
        connection.close()


def test_a_service_with_an_endless_answer_does_not_answer():
    with playing(sending(*ENDLESS_ANSWERS["a head"])) as server, Generator() as generator:
        assert not Load(generator, f"http://127.0.0.1:{server.port}", os.getpid()).answers(within=1.0)
