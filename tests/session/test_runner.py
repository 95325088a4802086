import re
import shlex
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from grader import course
from grader.results.results import Outcome, RunResult
from grader.session import runner
from grader.session.failure import NO_COMPARISON, TWO_PLAIN_VALUES
from tests import projects
from tests.projects import ANSWERING, DAEMON, FAILING, a_check

Run = Callable[..., RunResult]
PASSING = a_check("1.1", "", "assert True")
DYING = ANSWERING.replace(
    "if connection.recv(65536):", "if b'/die' in connection.recv(65536): os._exit(7)\n        else:"
)


@pytest.fixture
def run(tmp_path: Path, nothing_left: object) -> Run:
    """Write a course with these checks, by the ids of its steps, and run it on a project."""

    def run_(checks: dict[str, str], needs: dict[str, list[str]] | None = None, **more: Any) -> RunResult:
        server = {key: more.pop(key) for key in ("server", "client", "command", "more") if key in more}
        projects.project(tmp_path / "project", **server)
        if "toml" in more:
            (tmp_path / "project" / "service.toml").write_text(more.pop("toml"))
        exercises = projects.course(tmp_path, checks, needs, conftest=more.pop("conftest", ""))
        own = course.load(exercises)
        return runner.run(own, tmp_path / "project", own.steps, **more)

    return run_


def outcomes(findings: RunResult) -> dict[str, str]:
    return {step.id: step.outcome.value for stage in findings.stages for step in stage.steps}


def reasons(findings: RunResult) -> dict[str, str | None]:
    return {step.id: step.because for stage in findings.stages for step in stage.steps if step.because}


def test_a_step_passes_when_all_its_checks_do(run):
    seen: list[str] = []
    both = PASSING + a_check("1.1", "service", "assert service.get('/').status == 200", name="that")

    findings = run({"1.1": both}, listener=lambda found: seen.append(found.id))

    assert outcomes(findings) == {"1.1": "pass"}
    assert seen == ["test_it", "test_that"]
    assert findings.problem is None
    assert findings.faults == ()


def test_a_failure_says_what_was_asked_wanted_and_got(run):
    findings = run({"1.1": a_check("1.1", "service", "assert service.get('/x').status == 404")})

    assert outcomes(findings) == {"1.1": "fail"}
    assert findings.problem.sentence == "It works."
    assert findings.problem.request == "curl -i 'http://127.0.0.1:5000/x'"
    assert (findings.problem.expected, findings.problem.actual) == ("404", '200 OK, no content type, "hi"')


def test_a_failure_can_be_looked_at_while_all_that_it_used_is_up(run):
    fails = a_check("1.1", "service, answering", "answering('page')", "assert service.get('/x').status == 404")
    seen = []

    def look(held):
        (server,) = held.servers
        line = held.shown.request
        page = subprocess.run(shlex.split(line), capture_output=True, text=True, check=False).stdout
        seen.append((held.check.id, f":{server.port}/x" in line, page[-2:], Path(server.data).is_dir()))

    another = a_check("1.1", "service", "assert service.get('/').status == 7", name="another")

    findings = run({"1.1": fails + another}, hold=look)

    assert seen == [("test_it", True, "hi", True)]
    assert findings.problem.request == "curl -i 'http://127.0.0.1:5000/x'"
    assert [check.outcome for check in findings.stages[0].steps[0].checks] == ["fail", "fail"]


def test_a_locked_database_is_locked_while_it_is_looked_at(run, tmp_path):
    makes_a_file = "import sqlite3\nsqlite3.connect(str(service.data / 'app.db')).execute('CREATE TABLE t (x)')"
    fails = a_check(
        "1.1",
        "service, locking",
        *makes_a_file.splitlines(),
        "with locking(service, 0.1):",
        "    reply = service.get('/x')",
        "assert reply.status == 404",
    )
    seen = []

    def look(held):
        with closing(sqlite3.connect(Path(held.servers[0].data) / "app.db", timeout=0, isolation_level=None)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            seen.append((held.locked, held.check.before, other))

    findings = run({"1.1": fails}, hold=look)

    assert seen[0][:2] == (True, "the database locked for 0.1 s")
    assert findings.problem.before == "the database locked for 0.1 s"


def test_a_server_that_has_ended_can_be_started_on_its_data(run):
    fails = a_check("1.1", "lives", "(life,) = lives([2])", "assert 77 in life.grown")
    seen = []

    run({"1.1": fails}, hold=seen.append)

    (held,) = seen
    assert held.servers == ()
    assert re.fullmatch(r"PORT=5000 DATABASE_URL=sqlite:///(/\S+)/app\.db python server\.py", held.start)


def test_what_is_looked_at_may_be_a_client_and_its_scripted_server(run):
    asks = ("page = answering('page')", "run = client('ping', server_url=page.url)", "assert run.exit_code == 3")
    seen = []

    def look(held):
        (_, url) = re.search("(SERVER_URL)=([^ ]+)", held.shown.request).groups()
        page = subprocess.run(["curl", "-s", url], capture_output=True, text=True, check=False).stdout
        seen.append((held.servers, page))

    run({"1.1": a_check("1.1", "client, answering", *asks)}, hold=look)

    assert seen == [((), "page")]


def test_what_gets_a_second_try_is_looked_at_when_that_fails_too(run):
    late = "from grader.errors import TooLate\n" + a_check(
        "1.1", "harness", "tries = open(harness.folder / 'tries', 'a')", "tries.write('x')", "raise TooLate('late')"
    )
    seen = []

    run({"1.1": late}, hold=lambda held: seen.append(held.check.actual))

    assert seen == ["late"]


def test_nothing_is_held_when_only_the_kit_is_at_fault(run):
    seen = []

    run({"1.1": PASSING, "1.2": a_check("1.2", "", "raise ValueError('the kit is wrong')")}, hold=seen.append)

    assert seen == []


def test_a_server_that_dies_in_mid_check_is_one_sentence_and_the_next_check_gets_another(run):
    checks = a_check("1.1", "service", "service.get('/die')") + a_check("1.1", "service", "service.get('/')", name="b")

    findings = run({"1.1": checks}, server=f"print('so long', flush=True)\n{DYING}")

    first, second = findings.stages[0].steps[0].checks
    assert (first.outcome, first.actual) == ("fail", "the server stopped (exit code 7)")
    assert first.log == "so long"
    assert second.outcome == "pass"


def test_a_service_that_cannot_start_fails_every_check_with_its_sentence(run):
    uses = a_check("1.2", "service", "service.get('/')") + a_check("1.2", "service", "service.get('/')", name="b")

    findings = run({"1.1": PASSING, "1.2": uses}, command="./missing")

    assert outcomes(findings) == {"1.1": "pass", "1.2": "fail"}
    assert [c.actual for c in findings.stages[0].steps[1].checks] == ['"./missing" does not exist.'] * 2


def test_what_is_too_late_is_tried_once_more(run, tmp_path):
    late = "from grader.errors import TooLate\n" + a_check(
        "1.1",
        "harness",
        "tries = open(harness.folder / 'tries', 'a+')",
        "tries.write('x')",
        "tries.seek(0)",
        "if tries.read() == 'x': raise TooLate('late')",
    )

    assert outcomes(run({"1.1": late})) == {"1.1": "pass"}
    assert (tmp_path / "project" / "tries").read_text() == "xx"


@pytest.mark.parametrize(("figures", "outcome"), [("71", "pass"), ("77", "fail")])
def test_a_timed_check_that_fails_is_measured_once_more(run, tmp_path, figures, outcome):
    """The first check and both tries of the second share what is measured, until a failure hangs on it."""
    fast = (
        "from grader.assertions.observed import Observed",
        "class Figure(Observed, str): pass",
        "tries = harness.folder / 'tries'",
        "tries.touch()",
        f"measure = lambda: {figures!r}[tries.write_text(tries.read_text() + 'x') - 1]",
        "figure = harness.shared.measured('speed', measure)",
    )
    first = a_check("1.1", "harness", *fast, "assert Figure(figure) == '7'", name="first")
    timed = a_check("1.1", "harness", *fast, "assert Figure(figure) == '1'", name="timed").replace(
        'clause="K3"', 'clause="K3", timed=True'
    )

    findings = run({"1.1": first + timed})

    assert [check.outcome.value for check in findings.steps[0].checks] == ["pass", outcome]
    assert (tmp_path / "project" / "tries").read_text() == "xx"


def test_what_passed_before_is_checked_again_only_where_it_may_explain_a_failure(run, tmp_path):
    traces = {step: a_check(step, "harness", f"(harness.folder / '{step}').touch()") for step in ("1.1", "1.2", "1.3")}
    failing = {"1.4": a_check("1.4", "", FAILING)}

    findings = run({**traces, **failing}, {"1.2": ["1.1"], "1.4": ["1.2"]}, known={"1.1", "1.2", "1.3"})

    assert outcomes(findings) == {"1.1": "pass", "1.2": "pass", "1.3": "pass", "1.4": "fail"}
    assert [step.note for step in findings.stages[0].steps] == [None, None, "passed before", None]
    assert sorted(path.name for path in (tmp_path / "project").glob("1.*")) == ["1.1", "1.2"]


def test_steps_whose_need_failed_are_skipped_and_name_the_root(run):
    failing = a_check("1.2", "", FAILING)
    unreached = {step: a_check(step, "", "assert False, 'was run'") for step in ("1.3", "1.4")}

    findings = run({"1.1": PASSING, "1.2": failing, **unreached}, {"1.3": ["1.2"], "1.4": ["1.1", "1.3"]})

    assert outcomes(findings) == {"1.1": "pass", "1.2": "fail", "1.3": "skip", "1.4": "skip"}
    assert reasons(findings) == {"1.3": "1.2", "1.4": "1.2"}
    assert all(step.checks == () for step in findings.stages[0].steps[2:])


def test_a_broken_service_file_fails_1_2_and_explains_the_rest(run):
    checks = {step: a_check(step, "service", "service.get('/')") for step in ("1.2", "1.3", "1.4")}

    findings = run({"1.1": PASSING, **checks}, {"1.4": ["1.3"]}, toml="[sever]\ncommand = 'x'")

    assert outcomes(findings) == {"1.1": "pass", "1.2": "fail", "1.3": "skip", "1.4": "skip"}
    assert reasons(findings) == {"1.3": "1.2", "1.4": "1.2"}
    assert findings.problem.expected == "a service.toml that can be used"
    assert findings.problem.actual == 'service.toml has an unknown table "sever"; did you mean "server"?'


def test_stopping_ends_at_the_first_step_that_does_not_pass(run, tmp_path):
    checks = {"1.1": PASSING, "1.2": a_check("1.2", "", FAILING)}
    never = {step: a_check(step, "harness", f"(harness.folder / '{step}').touch()") for step in ("1.3", "1.4")}

    findings = run({**checks, **never}, stop=True)

    assert outcomes(findings) == {"1.1": "pass", "1.2": "fail"}
    assert not (tmp_path / "project" / "1.3").exists()


def test_a_check_that_waits_long_is_asked_last(run):
    seen: list[str] = []
    waiting = a_check("1.1", "unanswered_ping", "assert unanswered_ping.exit_code == 0")

    run({"1.1": waiting, "1.2": a_check("1.2", "", "pass")}, client="", listener=lambda found: seen.append(found.step))

    assert seen == ["1.2", "1.1"]


@pytest.mark.parametrize(("code", "first"), [("0", "pass"), ("1", "fail")])
def test_stopping_still_judges_an_earlier_step_that_waits_long(run, code, first):
    waiting = a_check("1.1", "unanswered_ping", f"assert unanswered_ping.exit_code == {code}")
    failing = a_check("1.2", "", FAILING)

    findings = run({"1.1": waiting, "1.2": failing}, stop=True, client="")

    expected = {"1.1": "pass", "1.2": "fail"} if code == "0" else {"1.1": "fail"}
    assert outcomes(findings) == expected
    assert findings.stages[0].steps[0].outcome == first


def test_stopping_does_not_wait_for_a_later_step_that_waits_long(run):
    waiting = a_check("1.2", "unanswered_ping", "assert unanswered_ping.exit_code == 0")

    findings = run(
        {"1.1": a_check("1.1", "", FAILING), "1.2": waiting}, stop=True, client="import time; time.sleep(300)"
    )

    assert outcomes(findings) == {"1.1": "fail"}


def test_in_brief_the_first_failure_ends_its_step_and_what_runs_in_the_background(run, tmp_path, nothing_left):
    """The client would never end, and the database would stay locked for minutes: nothing waits for either."""
    waiting = a_check("1.1", "unanswered_ping", "assert unanswered_ping.exit_code == 0", name="late")
    background = a_check(
        "1.1",
        "harness",
        "service = harness.services.start()",
        "service.data.joinpath('app.db').touch()",
        "locked = lambda: service.database.locked(300).__enter__() or harness.shared.pause(300)",
        "harness.shared.begin('locked', locked)",
        name="lock",
    )
    never = a_check("1.1", "harness", "(harness.folder / 'ran').touch()", name="never")
    failing = a_check("1.1", "", FAILING, name="failing")

    findings = run(
        {"1.1": background + failing + never + waiting}, stop=True, brief=True, client="import time; time.sleep(300)"
    )

    assert outcomes(findings) == {"1.1": "fail"}
    assert [check.id for check in findings.stages[0].steps[0].checks] == ["test_lock", "test_failing"]
    assert not (tmp_path / "project" / "ran").exists()


def test_in_brief_a_wait_that_is_over_is_judged_before_later_steps(run, tmp_path):
    waiting = a_check("1.1", "unanswered_ping", "assert unanswered_ping.exit_code == 0")
    ready = "harness.shared.begin('unanswered ping', int).exception(60)"
    never = a_check("1.3", "harness", "(harness.folder / 'ran').touch()")

    findings = run(
        {"1.1": waiting, "1.2": a_check("1.2", "harness", ready), "1.3": never},
        stop=True,
        brief=True,
        client="raise SystemExit(3)",
    )

    assert outcomes(findings) == {"1.1": "fail"}
    assert not (tmp_path / "project" / "ran").exists()


def test_each_step_is_told_when_it_is_decided_and_up_to_the_first_obstacle(run):
    told = []
    checks = {"1.1": PASSING, "1.2": PASSING.replace("1.1", "1.2"), "1.3": a_check("1.3", "", FAILING)}
    later = {"1.4": a_check("1.4", "", "pass")}

    run({**checks, **later}, stop=True, decided=lambda _, step: told.append((step.id, step.outcome.value)))
    assert told == [("1.1", "pass"), ("1.2", "pass")]
    told.clear()
    run({**checks, **later}, decided=lambda _, step: told.append((step.id, step.outcome.value)))
    assert told == [("1.1", "pass"), ("1.2", "pass"), ("1.3", "fail"), ("1.4", "pass")]


def test_a_step_waits_for_those_before_it_to_be_told(run):
    told = []
    waiting = a_check("1.1", "unanswered_ping", "assert unanswered_ping.exit_code == 0")

    run(
        {"1.1": waiting, "1.2": a_check("1.2", "", "pass")},
        client="",
        listener=lambda found: told.append(found.step),
        decided=lambda _, step: told.append(f"{step.id} is decided"),
    )

    assert told == ["1.2", "1.1", "1.1 is decided", "1.2 is decided"]


def test_what_is_waited_for_is_told_with_the_step(run):
    told = []
    late = "import time; time.sleep(0.3)\n" + ANSWERING

    run({"1.1": a_check("1.1", "service", "service.get('/')")}, server=late, moment=told.append)

    waits = [(one.step, one.what, one.at_most) for one in told if one.what]
    assert waits == [("1.1", "starting your server", 20)]
    assert told[-1].what == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        ("def test_it(:", "SyntaxError"),
    ],
)
def test_a_file_of_checks_that_cannot_be_imported_is_an_error_of_its_step_alone(run, text, said):
    later = {
        "1.2": text,
        "1.3": a_check("1.3", "", "assert False, 'was run'"),
        "1.4": a_check("1.4", "", "assert True"),
    }

    findings = run({"1.1": PASSING, **later}, {"1.3": ["1.2"]})

    assert outcomes(findings) == {"1.1": "pass", "1.2": "error", "1.3": "skip", "1.4": "pass"}
    assert reasons(findings) == {"1.3": "1.2"}
    assert findings.stages[0].steps[2].checks == ()
    assert said in findings.faults[0]


def test_a_step_without_checks_is_an_error(run):
    assert outcomes(run({"1.1": PASSING, "1.2": ""})) == {"1.1": "pass", "1.2": "error"}


@pytest.mark.parametrize(
    "fault", ["1 / 0", "assert False", "raise SystemExit", "os.close(3); raise OSError", "missing()"]
)
def test_a_fault_of_a_check_is_an_error_and_never_a_failure(run, fault):
    findings = run({"1.1": a_check("1.1", "", fault), "1.2": a_check("1.2", "", "assert True")})

    assert outcomes(findings)["1.1"] == "error"


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ("assert 1 == 2", TWO_PLAIN_VALUES),
        ("assert 'x' in ()", TWO_PLAIN_VALUES),
        ("assert answering('') == ''", TWO_PLAIN_VALUES),
        ("assert answering('').port < 1", TWO_PLAIN_VALUES),
        ("assert answering('').asked('')", NO_COMPARISON),
        ("assert not answering", NO_COMPARISON),
        ("assert False, 'a message of its own'", NO_COMPARISON),
    ],
)
def test_an_assertion_that_cannot_say_what_came_is_an_error_of_the_check(run, plain, said):
    (check,) = run({"1.1": a_check("1.1", "answering", plain)}).stages[0].steps[0].checks

    assert (check.outcome, check.actual, check.expected) == ("error", said, "")
    assert plain in check.log


@pytest.mark.parametrize(
    "seen", ["assert answering('').asked('') == ('GET /',)", "assert 'GET /' in answering('').asked('')"]
)
def test_one_side_that_a_fixture_gave_is_enough(run, seen):
    assert outcomes(run({"1.1": a_check("1.1", "answering", seen)})) == {"1.1": "fail"}


def test_an_assertion_of_the_kits_own_code_is_told_as_it_is(run):
    asks = "harness.services.new().process"

    (check,) = run({"1.1": a_check("1.1", "harness", asks)}).stages[0].steps[0].checks

    assert (check.outcome, check.actual) == ("error", "AssertionError: the service was never launched")


WORD_OF_A_STAGE = """
import pytest

@pytest.fixture
def page(service):
    return service.get("/")
"""


def test_a_check_takes_a_word_from_a_conftest_beside_it(run):
    takes = a_check("1.1", "page", "assert page.status == 200") + a_check(
        "1.1", "page", "assert page.status == 404", name="that"
    )

    first, second = run({"1.1": takes}, conftest=WORD_OF_A_STAGE).stages[0].steps[0].checks

    assert first.outcome == "pass"
    assert (second.outcome, second.expected, second.actual) == ("fail", "404", '200 OK, no content type, "hi"')


def test_an_assertion_in_a_conftest_has_to_say_what_came_too(run):
    conftest = WORD_OF_A_STAGE.replace("return", "assert 1 == 2; return")

    (check,) = run({"1.1": a_check("1.1", "page", "pass")}, conftest=conftest).stages[0].steps[0].checks

    assert (check.outcome, check.actual) == ("error", TWO_PLAIN_VALUES)


def test_a_check_with_a_fixture_that_does_not_exist_is_an_error(run):
    assert outcomes(run({"1.1": a_check("1.1", "no_such_fixture", "pass")})) == {"1.1": "error"}


def test_a_check_of_a_step_that_does_not_exist_is_an_error_with_its_reason(run):
    findings = run({"1.1": PASSING + a_check("9.9", "", "pass", name="stray")})

    assert outcomes(findings) == {"1.1": "error"}
    assert "KeyError: '9.9'" in findings.faults[0]


def test_a_check_that_ends_its_own_process_is_an_error(run):
    checks = PASSING + a_check("1.1", "service", "os._exit(5)", name="that") + a_check("1.1", "", "pass", name="last")

    findings = run({"1.1": checks, "1.2": a_check("1.2", "", "pass")}, server=DAEMON + ANSWERING)

    assert outcomes(findings) == {"1.1": "error", "1.2": "error"}
    assert findings.faults[0].startswith("The process of the checks ended early (status 5).")


def test_settings_for_another_pytest_change_nothing(run, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only -p no_such_plugin")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")

    assert outcomes(run({"1.1": PASSING})) == {"1.1": "pass"}


def test_a_seed_repeats_what_was_drawn(run):
    drawing = "from grader.check import words\n" + a_check(
        "1.1", "answering", "assert answering('').asked('') == (words(),)"
    )
    first = run({"1.1": drawing}, seed=7)

    again = run({"1.1": drawing}, seed=7)

    assert first.seed == again.seed == 7
    assert first.problem.expected == again.problem.expected != ""


def test_a_folder_may_be_named_from_where_one_is(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    findings = run({"1.1": a_check("1.1", "service", "assert service.get('/').status == 200")})

    own = course.load(tmp_path / "exercises")
    assert outcomes(findings) == {"1.1": "pass"}
    assert outcomes(runner.run(own, Path("project"), own.steps)) == {"1.1": "pass"}


def test_nothing_of_a_run_stays(run, tmp_path, nothing_left):
    folder = "open(harness.folder / 'scratch', 'w').write(str(harness.resources.folder))"
    findings = run({"1.1": a_check("1.1", "harness, service", folder)}, server=projects.TRACING + DAEMON + ANSWERING)

    assert findings.stages[0].steps[0].outcome is Outcome.PASS
    assert nothing_left() == set()
    assert not Path((tmp_path / "project" / "scratch").read_text()).exists()


# setup in a copy


NEEDS_SETUP = f"import os, sys; os.path.exists('installed') or sys.exit('installed: no such file'){ANSWERING}"
ANSWERS = a_check("1.2", "service", "assert service.get('/').status == 200")


def test_setup_runs_in_a_copy_and_the_folder_stays_as_it_is(run, tmp_path):
    setup = 'setup = ["python", "-c", "open(\'installed\', \'w\')"]'

    findings = run({"1.2": ANSWERS}, server=NEEDS_SETUP, more=setup, setup=True)

    assert outcomes(findings) == {"1.2": "pass"}
    assert sorted(path.name for path in (tmp_path / "project").iterdir()) == ["client.py", "server.py", "service.toml"]


def test_a_setup_that_was_not_run_is_named(run):
    found = run({"1.2": ANSWERS}, server=NEEDS_SETUP, more='setup = "make all"').problem

    assert found is not None
    assert "your service.toml has setup = 'make all'; it was not run here; type: make all" in found.actual


def test_a_setup_that_fails_in_the_copy_is_what_the_server_lacks(run):
    findings = run({"1.1": PASSING, "1.2": ANSWERS}, more='setup = "no-such-program"', setup=True)

    assert outcomes(findings) == {"1.1": "pass", "1.2": "fail"}
    found = findings.problem
    assert found is not None
    assert found.actual == 'setup: There is no program "no-such-program" on PATH.'
    assert (found.clause, found.request) == ("K1", "no-such-program")
    assert findings.faults == ()


@pytest.mark.usefixtures("nothing_left")
def test_a_sentence_names_the_folder_that_was_handed_in_and_not_the_copy(tmp_path):
    folder = projects.project(tmp_path / "project").folder
    (folder / "service.toml").unlink()
    own = course.load(projects.course(tmp_path, {"1.2": ANSWERS}, None))

    found = runner.run(own, folder, own.steps, setup=True).problem

    assert found is not None
    assert found.actual == f'There is no service.toml in "{folder}": it says how your server is started.'


def test_without_a_setup_the_copy_runs_with_what_is_there(run):
    assert outcomes(run({"1.2": ANSWERS}, setup=True)) == {"1.2": "pass"}


def test_a_step_that_needs_load_is_left_out_of_a_run_without(run, tmp_path):
    loaded = a_check("1.2", "service", "assert service.get('/').status == 404")
    findings = run({"1.1": PASSING, "1.2": loaded + "\n"}, load="none")
    assert outcomes(findings) == {"1.1": "pass", "1.2": "fail"}
    steps = tmp_path / "exercises" / "01-test" / "steps.toml"
    steps.write_text(steps.read_text() + "needs_load = true\n")
    own = course.load(steps.parent.parent)

    without = runner.run(own, tmp_path / "project", own.steps, load="none")
    quick = runner.run(own, tmp_path / "project", own.steps, load="quick")

    assert outcomes(without) == {"1.1": "pass", "1.2": "not_checked"}
    assert (without.steps[1].because, without.steps[1].max_points) == ("load", 0)
    assert without.steps[1].note == "It needs load, and this run has none."
    assert outcomes(quick) == {"1.1": "pass", "1.2": "fail"}


def test_a_run_without_load_has_the_same_maximum_where_the_project_fails_early(run, tmp_path):
    checks = {"1.1": a_check("1.1", "", "assert 1 == 2"), "1.2": PASSING.replace("1.1", "1.2") + "\n"}
    run(checks, {"1.2": ["1.1"]})
    steps = tmp_path / "exercises" / "01-test" / "steps.toml"
    steps.write_text(steps.read_text() + "needs_load = true\n")
    own = course.load(steps.parent.parent)
    heard: list[int] = []

    findings = runner.run(own, tmp_path / "project", own.steps, decided=lambda _, step: heard.append(step.max_points))

    assert outcomes(findings) == {"1.1": "error", "1.2": "skip"}
    assert findings.stages[0].max_points == 10
    assert heard[:1] == [10]
