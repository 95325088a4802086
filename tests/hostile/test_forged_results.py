"""Servers that write results themselves, into whatever they can open: the kit believes none of them."""

import json
import socket
import sys
from pathlib import Path

import pytest

from grader import course
from grader.results.results import Outcome
from grader.session import runner
from grader.session.process import Session
from grader.session.protocol import Job, Teller, Told
from grader.system.seal import Forged, Seal, new_key
from tests import projects
from tests.hostile import submissions
from tests.hostile.submissions import PASSED
from tests.projects import a_check

BROKEN = submissions.KINDS["forges results"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the descriptors of others")
def test_a_server_that_writes_results_into_the_kits_descriptors_gains_nothing(tmp_path, nothing_left):
    project = projects.project(tmp_path / "project", BROKEN)
    checks = {"1.3": a_check("1.3", "service", "assert service.get('/').status == 200")}
    own = course.load(projects.course(tmp_path, checks))

    found = runner.run(own, project.folder, own.steps)

    (step,) = [step for stage in found.stages for step in stage.steps]
    assert (project.folder / "opened").exists()  # it has tried
    assert step.outcome in (Outcome.FAIL, Outcome.ERROR)
    assert nothing_left() == set()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the descriptors of others")
def test_the_channel_of_results_has_no_name_that_a_program_can_open(nothing_left):
    session = Session()
    try:
        opened = {path.name: str(path.readlink()) for path in Path(f"/proc/{session.process.pid}/fd").iterdir()}
    finally:
        session.finish(ended=False)

    assert opened.pop("0").startswith("pipe:")  # the job comes through it
    assert [name for name in opened.values() if name.startswith("pipe:")] == []
    assert [name for name in opened.values() if name.startswith("socket:")] != []


def told(lines: list[str], key: str) -> Told:
    """Read lines as the command does, until one of them is forged."""
    seal, found = Seal(key), Told()
    for line in lines:
        found.hear(seal.open(line))
    return found


def sealed(key: str) -> list[str]:
    """Return the lines of a run with two steps."""
    lines: list[str] = []
    teller = Teller(lines.append, key)
    teller.plan({"1.1": 1, "1.2": 1})
    teller.no_load("No load.")
    teller.end([])
    return lines


def test_what_the_checks_report_is_believed():
    key = new_key()

    found = told(sealed(key), key)

    assert (found.plan, found.load_note, found.ended) == ({"1.1": 1, "1.2": 1}, "No load.", True)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda lines: [json.dumps(PASSED) + "\n", *lines], id="a line without a seal"),
        pytest.param(lambda lines: [f"{'0' * 64} {json.dumps(PASSED)}\n", *lines], id="a line with a wrong seal"),
        pytest.param(lambda lines: [lines[0], lines[0], *lines[1:]], id="a line that comes twice"),
        pytest.param(lambda lines: lines[1:], id="a line that is left out"),
        pytest.param(lambda lines: [lines[1], lines[0], *lines[2:]], id="two lines that change places"),
        pytest.param(lambda lines: [lines[0].replace('"1.1": 1', '"1.1": 0'), *lines[1:]], id="a line that is changed"),
        pytest.param(lambda lines: ["\n", *lines], id="an empty line"),
        pytest.param(lambda lines: ["ÿ\ud800 {}\n", *lines], id="letters that no seal has"),
    ],
)
def test_what_anybody_else_writes_is_not_believed(change):
    key = new_key()

    with pytest.raises(Forged):
        told(change(sealed(key)), key)


def test_each_run_has_a_key_of_its_own_that_is_not_shown():
    one, other = (Job("project", "exercises", (), 1) for _ in range(2))

    assert one.key != other.key
    assert one.key not in repr(one)


def test_a_forged_line_makes_the_run_an_error(tmp_path, monkeypatch, nothing_left):
    checks = {"1.3": a_check("1.3", "service", "assert service.get('/').status == 200")}
    own = course.load(projects.course(tmp_path, checks))
    project = projects.project(tmp_path / "project")
    session = Session()
    ours, its = socket.socketpair()
    with its:
        its.sendall((json.dumps(PASSED) + "\n").encode())
    session.lines.close()
    session.lines = ours.makefile(encoding="utf-8")
    ours.close()

    found = runner.run(own, project.folder, own.steps, session=session)

    (step,) = [step for stage in found.stages for step in stage.steps]
    assert step.outcome is Outcome.ERROR
    assert found.faults == (runner.FORGED,)
    assert nothing_left() == set()
