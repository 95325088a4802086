"""Load tests of projects against the recorder: small generators of the tests, each with one habit."""

from __future__ import annotations

import contextlib
import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.errors import Failed, Unclear
from grader.load.measurement import LoadUnavailable
from grader.project import config
from grader.scaling import ceilings, load_tests
from grader.scaling.load_tests import LoadCommands, LoadTest
from grader.system.resources import Resources
from tests import projects

pytestmark = pytest.mark.timeout(120)

GENERATOR = """
import http.client, json, sys, threading, time
workload, url, users, seconds, habit = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5:]
address = url.partition("//")[2]
end = time.monotonic() + seconds
failed = [0]

def user(number):
    connection = http.client.HTTPConnection(address)
    count = 0
    while time.monotonic() < end:
        count += 1
        writes = workload == "writes" or (workload == "mixed" and count % (10 if "uneven" in habit else 2) == 0)
        text = "the same" if "one-text" in habit else f"hello {number} {count}"
        if writes:
            body = json.dumps({"message" if "misspelt" in habit else "text": text})
            connection.request("POST", "/messages", body, {"Content-Type": "application/json"})
        else:
            connection.request("GET", "/" if "front-page" in habit else "/messages?limit=50")
        answer = connection.getresponse()
        answer.read()
        failed[0] += answer.status >= 400
        if "thinks" in habit:
            time.sleep(0.5)

threads = [threading.Thread(target=user, args=(number,)) for number in range(users)]
[one.start() for one in threads]
[one.join() for one in threads]
if "says" in habit:
    print(f"{failed[0]} requests failed")
sys.exit(1 if "exits" in habit and failed[0] else 3 if "always-exits" in habit else 0)
"""


@pytest.fixture
def resources() -> Iterator[Resources]:
    made = Resources()
    yield made
    made.close()


@pytest.fixture
def run(tmp_path: Path, resources: Resources, nothing_left: object) -> Callable[..., LoadTest]:
    """Run a load test with habits for two seconds; `command` replaces the generator."""

    def make(workload: str, *habits: str, command: str = "") -> LoadTest:
        folder = tmp_path / "project"
        projects.project(folder)
        (folder / "generator.py").write_text(GENERATOR)
        line = command or f"python generator.py {workload} {{url}} {{users}} {{seconds}} {' '.join(habits)}"
        with (folder / "service.toml").open("a") as file:
            file.write(f"[load]\n{workload} = {json.dumps(line)}\n")
        return load_tests.run_all(config.read(folder), resources.programs, 2.0)[workload]()

    return make


def test_a_kit_without_locust_says_what_to_type(run, resources, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(LoadUnavailable, match="to install, type in the kit's folder: make load"):
        run("reads")
    with pytest.raises(LoadUnavailable, match="make load"):
        ceilings.measured_for("http_user", {700.0}, resources.programs)


def test_a_load_test_of_reads_that_says_what_failed(run):
    found = run("reads", "says")

    assert found.rate >= 5
    assert found.reads == 100
    assert found.unreported == ()
    assert found.sent.failed == found.sent.requests // 10


def test_a_load_test_of_writes_that_ends_with_a_status(run):
    found = run("writes", "exits")

    assert (found.writes, found.texts) == (100, 100)
    assert found.unreported == ()


def test_a_mix(run):
    found = run("mixed", "says")

    assert 40 <= found.reads <= 60
    assert 40 <= found.writes <= 60
    assert found.samples >= 50


def test_an_uneven_mix_shows_its_shares(run):
    found = run("mixed", "uneven", "says")

    assert found.writes < 40
    assert found.writes.expected_text(">=", 40) == "at least 40 % POST /messages with a text"
    assert "GET /messages" in found.writes.actual_text()


def test_users_who_think_are_slow(run):
    with contextlib.suppress(Unclear):  # beside other programs
        found = run("reads", "thinks", "says")
        assert found.rate < 5
        assert found.rate.actual_text().endswith(f"requests per second and user ({found.sent.requests} requests)")


def test_one_text_for_all_shows(run):
    found = run("writes", "one-text", "says")

    assert found.texts < 90
    assert "(1 different texts in" in found.texts.actual_text()


def test_a_body_without_a_text_is_no_write(run):
    found = run("writes", "misspelt", "says")

    assert found.writes == 0
    assert "POST /messages without a valid text" in found.writes.actual_text()


def test_another_path_is_named(run):
    found = run("reads", "front-page", "says")

    assert found.reads == 0
    assert "others, such as GET /" in found.reads.actual_text()


def test_failures_that_nobody_hears_of(run):
    (said,) = run("reads").unreported

    assert said.endswith("failures, of which it says nothing (exit code 0, last line: nothing)")


def test_an_exit_status_that_never_changes_says_nothing(run):
    assert run("reads", "always-exits").unreported != ()


@pytest.mark.parametrize(
    ("load", "said"),
    [
        ({}, "service.toml has no table [load]"),
        ({"mixed": ["k6"], "writes": ["k6"]}, "the table [load] of service.toml has mixed and writes alone"),
        ({"writes": []}, "the table [load] of service.toml has no command alone"),
    ],
)
def test_a_missing_command_is_said_with_its_table_and_a_line_to_copy(load, said):
    found = LoadCommands(load)

    assert "reads" not in found
    assert found.actual_text() == said
    assert found.expected_text("in", "reads") == (
        'a line below [load] in service.toml, such as: reads = "locust -f loadtest/reads.py --headless -u {users} '
        '-r {users} -t {seconds}s -H {url}"'
    )


def test_a_command_that_sends_nothing(run):
    with pytest.raises(Failed) as failure:
        run("reads", command="echo done")

    assert failure.value.actual == "it sent no request; exit code 0, last line: done"
    assert "SERVER_URL=http://127.0.0.1:" in failure.value.request


def test_a_command_that_is_no_program(run):
    with pytest.raises(Failed) as failure:
        run("reads", command="no-such-program {url}")

    assert failure.value.expected == "a program that can be started"
    assert failure.value.request.endswith(
        "no-such-program http://127.0.0.1:" + failure.value.request.rpartition(":")[2]
    )


def test_a_command_that_never_ends(run, monkeypatch):
    monkeypatch.setattr(load_tests, "GRACE", 1.0)

    with pytest.raises(Failed) as failure:
        run("reads", command="sleep 60")

    assert failure.value.actual == "still running 1 s after its end should have come"
    assert failure.value.expected == "an end after about 2 s"
