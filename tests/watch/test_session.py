"""What a watch finds out after each save, and that bad input of any kind costs nothing and leaves nothing behind."""

import json
import os
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from grader.errors import UsageError
from grader.project.state import ProjectState, outcomes
from grader.system.ports import LOOPBACK
from grader.system.process import wait_until
from grader.watch.session import Watch
from grader.watch.snapshot import CHECKING, SETTLED
from tests.projects import a_check

HANGING = "import time; time.sleep(300)"


def curl(port):
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/", timeout=5) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, OSError):
        return ""


def test_it_checks_the_current_step_goes_on_and_checks_in_the_background_what_passed_before(watched, port):
    watch = watched("a")
    first = watch.settled("1.2")
    assert first.since.sentence == "1 newly passing (1.1), 0 broken"
    assert first.failure.step == "1.2"
    assert (first.failure.says, first.failure.where) == ("It works.", "K3 of the contract, exercises/CONTRACT.md")

    before = len(watch.told)
    second = watch.settled("1.4", since=watch.save("abc"))
    assert second.since.sentence == "2 newly passing (1.2, 1.3), 0 broken"
    told = watch.told[before:]
    verdict = next(n for n, one in enumerate(told) if one.verdict == "pass")
    others = next(n for n, one in enumerate(told) if "in the background" in one.doing)
    assert CHECKING in [one.phase for one in told[:verdict]]
    assert (verdict < others, told[others].phase) == (True, SETTLED)
    assert wait_until(lambda: curl(port) == "abc", 10)

    third = watch.settled("1.1", since=watch.save("bcd"))
    assert third.since.sentence == "1 newly passing (1.4), 1 broken (1.1)"
    assert third.failure.step == "1.1"

    last = watch.settled("1.1", since=watch.save("abcd"))
    assert (last.failure, last.since.sentence) == (None, "1 newly passing (1.1), 0 broken")
    assert last.next_line == "Every step of the course has passed, bonus steps aside. See the whole report: kit grade ."
    assert set(outcomes(ProjectState(watch.folder).report()).values()) == {"pass"}
    assert json.loads(json.dumps(last.to_json()))["step"]["id"] == "1.1"


def test_a_save_while_it_checks_leads_to_one_more_check(watched):
    slow = {"1.1": a_check("1.1", "service", "time.sleep(1)", "assert service.get('/a').status == 200")}
    watch = watched("a", steps=slow | {"1.2": a_check("1.2", "", "assert False")}, step="1.1")
    before = watch.settled("1.1").checked_at
    watch.save("a ")
    watch.until(lambda one: one.phase == CHECKING)
    for text in ("ab", "abc", "x"):
        watch.save(text)
    found = watch.until(lambda one: one.verdict == "fail" and one.phase == SETTLED)

    verdicts = {one.checked_at for one in watch.told if one.checked_at > before}
    assert found.failure.step == "1.1"
    assert len(verdicts) <= 4  # that of two rounds: each when it is certain, and again when the run has ended


def test_keys_are_heard_while_it_checks(watched):
    watch = watched("x", steps={"1.1": a_check("1.1", "", "time.sleep(2)", "assert False")})
    watch.watch.hint()

    assert watch.until(lambda one: one.hints == ("One.",)).phase == CHECKING
    watch.watch.hint()
    watch.watch.hint()
    last = watch.until(lambda one: one.note == "That was the last hint of 1.1.")
    assert (last.hints, last.hints_left) == (("One.", "Two."), 0)
    assert ProjectState(watch.folder).hints_read("1.1") == 2


def test_next_leaves_a_step_and_comes_back_to_it_at_the_end_of_the_stage(watched):
    watch = watched("c")
    watch.settled("1.1")
    watch.watch.solution()
    watch.until(lambda one: one.note == "The solution of a step is shown after it has passed.")
    watch.watch.next()
    watch.settled("1.2")
    watch.watch.next()
    found = watch.settled("1.4")
    assert found.since.newly_passing == ("1.3",)
    watch.watch.next()

    assert watch.settled("1.1").note == "That was the last step of stage 01; 1.1 is still open."


BROKEN = {
    "half a service.toml": ("service.toml", "[server]\ncomm", "service.toml"),
    "a syntax error": ("server.py", "def half(", "the server stopped before it answered"),
    "no server": ("server.py", None, "the server stopped before it answered"),
    "no service.toml": ("service.toml", None, "service.toml"),
}


def test_each_half_edited_state_is_a_failure_and_passes_by(watched):
    watch = watched("abcd", step="1.1")  # so it stays there
    watch.settled("1.1")
    for name, text, said in BROKEN.values():
        file = watch.folder / name
        kept, before = file.read_text(), watch.told[-1].checked_at
        file.unlink() if text is None else file.write_text(text)
        found = watch.until(
            lambda one, s=said: one.failure is not None and s in one.failure.seen and one.phase == SETTLED
        )
        assert found.problem is None
        before = found.checked_at
        file.write_text(kept)
        assert watch.settled("1.1", since=before).failure is None


def test_a_service_that_hangs_is_ended_when_the_watch_is(watched, nothing_left):
    watch = watched("a", server=HANGING)
    watch.until(lambda one: one.service.running)
    began = time.monotonic()
    watch.end()

    assert not nothing_left()
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("delay", [0.0, 0.4])
def test_it_can_be_ended_at_any_moment(watched, delay, nothing_left):
    watch = watched("a")
    threading.Event().wait(delay)
    watch.end()

    assert not nothing_left()
    assert watch.error is None


def test_a_second_watch_on_a_project_is_refused_and_the_first_goes_on(watched):
    watch = watched("a")
    watch.settled("1.2")
    second = Watch(watch.folder, watch.watch._course)
    with pytest.raises(UsageError) as found:
        second.run()

    own = f"Another kit watch looks after this project already (process {os.getpid()}). Press q there first."
    assert str(found.value) == own
    assert watch.settled("1.2").problem is None


def test_a_port_that_is_taken_keeps_the_service_from_it_and_nothing_else(watched, port):
    with socket.create_server((LOOPBACK, port)):
        watch = watched("a")
        found = watch.until(lambda one: one.problem is not None and one.phase == SETTLED)
        assert found.problem.startswith(f"Port {port} is taken by another program, so your service doesn't run beside")
        assert watch.settled("1.2").failure.step == "1.2"

    watch.settled("1.3", since=watch.save("ab"))
    assert wait_until(lambda: curl(port) == "ab", 10)


def test_where_nothing_can_be_kept_that_is_said_and_the_checks_go_on(watched):
    watch = watched("a", files={".kit": "a file, and no folder"})
    found = watch.settled("1.2")

    assert found.problem == "kit can't keep your progress: .kit/report.json can't be written (File exists)."
    assert watch.settled("1.3", since=watch.save("ab")).since.newly_passing == ("1.2",)
