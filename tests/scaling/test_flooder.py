"""The generator that sends more than Locust: what it counts is what a server saw."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator

import pytest

from grader.load.generator import Generator, Job
from grader.load.reference import ReferenceServer
from grader.load.workloads import READ, WORKLOADS
from grader.scaling.overload import FLOODER
from grader.scaling.recordings import RecordingServer
from tests.rawserver import RawServer

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def generator(nothing_left: object) -> Iterator[Generator]:
    with Generator(sender=FLOODER) as one:
        yield one


def test_in_an_open_loop_it_sends_what_was_ordered_and_no_more(generator):
    with RecordingServer(fail_every=10) as server:
        generator.begin(Job(server.url, WORKLOADS["mixed"], 2.0, rate=100.0, warm_up=0.5))
        record = generator.finish()
        seen = server.recorded()

    # Before the run, the kit asks once for each kind of request where it is served, and sends no message for that.
    assert len(record.samples) == record.planned == seen.requests - 2 == 200
    assert (seen.reads - 1, seen.writes, seen.broken - 1) == (100, 100, 0)
    assert seen.texts == 100
    assert Counter(sample.status for sample in record.samples)[500] == 20
    assert sum(not sample.answered for sample in record.samples) == 20


def test_in_a_closed_loop_each_user_waits_for_the_answer(generator):
    with ReferenceServer("--seconds", "0.02", "--at-once", "4") as server:
        generator.begin(Job(server.url, (READ,), 1.0, users=4))
        record = generator.finish()

    assert record.most_under_way == 4
    assert len(record.samples) <= 4 * 50 + 4
    assert all(sample.seconds >= 0.0199 for sample in record.samples)


def test_it_stops_after_the_most(generator):
    with ReferenceServer() as server:
        generator.begin(Job(server.url, (READ,), 5.0, users=2, most=50))
        record = generator.finish()

    assert len(record.samples) == 50


def test_several_runs_follow_each_other(generator):
    with ReferenceServer() as server:
        for rate in (50.0, 100.0):
            generator.begin(Job(server.url, (READ,), 0.5, rate=rate))
            assert len(generator.finish().samples) == rate / 2


ANSWERS = {
    b"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n": (503, "7", False),
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}": (200, "", True),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n": (200, "", True),
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}": (200, "", True),
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf": (0, "", False),
    b"no HTTP at all\r\n\r\n": (0, "", False),
    b"": (0, "", False),
}


@pytest.mark.parametrize("answer", ANSWERS, ids=[str(number) for number in range(len(ANSWERS))])
def test_it_reads_every_framing_and_counts_what_is_no_answer(generator, answer):
    def script(connection, over):
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)

    server = RawServer(script)
    try:
        generator.begin(Job(f"http://127.0.0.1:{server.port}", (READ,), 0.5, rate=10.0))
        record = generator.finish()
    finally:
        server.close()

    assert {(one.status, one.retry_after, one.answered) for one in record.samples} == {ANSWERS[answer]}
    assert len(record.samples) == 5


def test_a_port_on_which_nobody_listens(generator):
    generator.begin(Job("http://127.0.0.1:9", (READ,), 0.5, rate=10.0))

    assert [sample.answered for sample in generator.finish().samples] == [False] * 5
