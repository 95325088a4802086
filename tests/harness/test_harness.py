import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import Failed, NotChecked, ProjectError, TooLate
from grader.fixtures.client import begin_unanswered, unanswered
from grader.harness.harness import Harness
from grader.service import shutdown as services
from grader.service.burst import at_once
from grader.system.resources import Resources
from tests import projects
from tests.projects import ANSWERING, DAEMON
from tests.real_course import harness_of

STORING = """
import os, sqlite3
database = sqlite3.connect(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
database.execute("CREATE TABLE IF NOT EXISTS visits (id INTEGER)")
""" + ANSWERING.replace(
    "connection.sendall",
    "database.execute('INSERT INTO visits VALUES (1)')\n            database.commit()\n            connection.sendall",
)
IGNORING = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + ANSWERING
FALSE = 'migrate = ["sh", "-c", "echo run >> runs; exit 1"]'
ONCE = 'migrate = "mkdir tables"'


@pytest.fixture
def harness(tmp_path: Path, resources: Resources, nothing_left: object) -> Iterator[Callable[..., Harness]]:
    made = []

    def make(server: str = ANSWERING, **more: Any) -> Harness:
        projects.project(tmp_path / "project", server, **more)
        made.append(harness_of(tmp_path / "project", resources))
        return made[-1]

    yield make
    for harness in made:
        harness.close()


def failure(act: Callable[[], object]) -> str:
    with pytest.raises(Failed) as caught:
        act()
    return caught.value.actual


def test_the_service_is_started_once_and_shared(harness):
    made = harness()

    assert made.services.shared() is made.services.shared()


def test_a_service_that_has_died_is_replaced_with_new_data(harness):
    made = harness()
    first = made.services.shared()
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait(5)

    second = made.services.shared()

    assert second.get("/").status == 200
    assert second.data != first.data


def test_an_early_start_is_the_one_that_is_used(harness):
    made = harness(projects.TRACING + ANSWERING)
    made.services.launch_early()
    made.services.shared()

    assert len((made.folder / "traces").read_text().splitlines()) == 1


def test_an_early_start_that_failed_is_told_without_trying_again(harness):
    made = harness(more=FALSE)
    made.services.launch_early()

    assert failure(made.services.shared) == "migrate ended with exit code 1"
    assert (made.folder / "runs").read_text() == "run\n"
    assert failure(made.services.shared) == "migrate ended with exit code 1"
    assert (made.folder / "runs").read_text() == "run\nrun\n"


def test_an_early_start_of_a_command_that_does_not_exist_fails_later(harness):
    made = harness(command="./missing")
    made.services.launch_early()

    assert [failure(made.services.shared) for _ in range(3)] == ['"./missing" does not exist.'] * 3


def test_an_early_start_with_a_broken_service_file_fails_later(harness):
    made = harness()
    (made.folder / "service.toml").write_text("[sever]")
    made.services.launch_early()

    with pytest.raises(ProjectError):
        made.services.shared()


def test_a_server_that_does_not_come_up_is_started_anew_for_the_next_check(harness):
    made = harness(f"import os\nif not os.path.exists('second'): open('second', 'w'); os._exit(1)\n{ANSWERING}")

    assert failure(made.services.shared) == "the server stopped before it answered (exit code 1)"
    assert made.services.shared().get("/").status == 200


def test_a_restart_keeps_the_port_and_has_a_neighbour(harness):
    made = harness()
    port = made.services.shared().port.number

    restart = made.services.restart()

    assert restart.stopped.listening == ()
    assert restart.service().port.number == port
    assert restart.neighbour().port.number != port
    assert made.services.restart() is restart
    assert made.services.shared() is restart.service()


def test_a_restart_that_fails_says_why_every_time(harness):
    made = harness(more=ONCE)

    assert [failure(made.services.restart) for _ in range(2)] == ["migrate ended with exit code 1"] * 2


def test_a_third_refusal_to_stop_is_not_waited_for(harness, monkeypatch):
    monkeypatch.setattr(services, "STOP_PATIENCE", 0.1)
    made = harness(IGNORING)
    for _ in range(2):
        with pytest.raises(TooLate):
            made.services.restart()
    made.services.shared()
    monkeypatch.setattr(services, "STOP_PATIENCE", 60)
    began = time.monotonic()

    with pytest.raises(TooLate):
        made.services.restart()

    assert time.monotonic() - began < 30


def test_the_end_wakes_what_was_begun_and_ends_what_that_starts(harness, nothing_left):
    made = harness()
    things = made.shared

    def make() -> None:
        made.services.new().start()
        things.pause(300)

    def start_after_the_end() -> None:
        with contextlib.suppress(Failed):
            things.pause(300)
        made.services.new().start()
        things.pause(300)

    things.begin("one", make)
    things.begin("other", start_after_the_end)
    made.close()

    assert nothing_left() == set()
    assert failure(lambda: things.once("one", make))


def test_lives_follow_each_other_with_the_same_data(harness):
    made = harness(STORING)

    (first,) = made.services.lives([2])
    (second,) = made.services.lives([0], data=first.data)

    assert first.grown == {"visits": 3}
    assert second.grown == {"visits": 1}


def test_a_restart_that_takes_too_long_is_waited_for_anew(harness):
    slow = "try:\n    os.remove('slow')\n    time.sleep(60)\nexcept FileNotFoundError:\n    pass\n"
    made = harness(f"import os, time\n{slow}{ANSWERING}", start_timeout=4)
    made.services.shared()
    (made.folder / "slow").touch()
    restart = made.services.restart()

    with pytest.raises(TooLate):
        (restart.neighbour(), restart.service())
    assert (restart.neighbour().get("/").status, restart.service().get("/").status) == (200, 200)


def test_lives_without_a_database_of_their_own_are_not_checked(harness):
    made = harness(STORING, database="sqlite:///mine.db")

    with pytest.raises(NotChecked) as caught:
        made.services.lives([0, 2])
    (first,) = made.services.lives([2])
    (second,) = made.services.lives([1])

    assert caught.value.because == "machine"
    assert (first.grown, second.grown) == ({"visits": 3}, {"visits": 2})


def test_lives_side_by_side_keep_apart(harness):
    here, there = harness(STORING).services.lives([0, 2])

    assert here.data != there.data
    assert (here.grown, there.grown) == ({"visits": 1}, {"visits": 3})


def test_a_server_that_never_answers_ends_when_the_client_gives_up(harness):
    client = "import os, sys, urllib.request\ntry: urllib.request.urlopen(os.environ['SERVER_URL'], timeout=0.2)\n"
    made = harness(client=f"{client}except OSError: sys.exit('no answer')")
    begin_unanswered(made, "ping")

    run = unanswered(made, "ping")

    assert (run.exit_code, run.stderr) == (1, "no answer")


def test_servers_that_never_answer_run_side_by_side_and_are_told_apart(harness):
    client = "import os, sys, urllib.request\ntry: urllib.request.urlopen(os.environ['SERVER_URL'], timeout=0.2)\n"
    made = harness(client=f"{client}except OSError: sys.exit(' '.join(sys.argv[1:]))")
    for command in (["ping"], ["send", "hello"], ["list"]):
        begin_unanswered(made, *command)

    complaints = [unanswered(made, *command).stderr for command in (["list"], ["send", "hello"], ["ping"])]

    assert complaints == ["list", "send hello", "ping"]


def test_a_server_that_never_answers_fails_without_a_client(harness):
    made = harness()
    (made.folder / "service.toml").write_text('[server]\ncommand = "true"\n')

    assert failure(lambda: unanswered(made, "ping")) == "service.toml does not say how to start the client"


def test_closing_ends_everything_at_once_and_twice_is_once(harness, nothing_left):
    made = harness(DAEMON + ANSWERING, client="import time; time.sleep(300)")
    begin_unanswered(made, "ping")
    made.services.shared()
    made.services.new().launch()
    began = time.monotonic()

    made.close()
    made.close()

    assert nothing_left() == set()
    assert time.monotonic() - began < 5


def test_many_at_once_are_answered(harness):
    made = harness().services.shared()

    assert at_once(20, made, "/", 10).statuses == {200}


def test_who_is_not_let_in_yet_does_not_hold_up_the_others(harness):
    narrow = ANSWERING.replace('int(os.environ["PORT"]))', 'int(os.environ["PORT"])), backlog=1')

    assert at_once(8, harness(narrow).services.shared(), "/", 10).statuses == {200}


def test_a_server_that_dies_of_many_at_once_is_one_sentence(harness):
    made = harness(
        ANSWERING.replace(
            "if connection.recv(65536):", "if b'/die' in connection.recv(65536): os._exit(7)\n        else:"
        )
    )

    assert failure(lambda: at_once(20, made.services.shared(), "/die", 10)) == "the server stopped (exit code 7)"
