"""The data on which the service of a check starts, and a step that repeats the checks of an earlier stage."""

import json
import signal

import pytest

from grader import course
from grader.errors import NotChecked
from grader.harness.prefetch import FRESH, GROWN
from grader.migration.old_version import MISSING
from grader.migration.starting_data import StartingData
from grader.migration.starts import migration_from
from grader.results.results import Outcome
from grader.session import runner
from grader.session.plugin import AGAIN
from tests import projects
from tests.migration.migrating_servers import OLD, SERVER
from tests.projects import a_check
from tests.real_course import harness_of
from tests.repository import git, repository

NEW = SERVER.format(start=OLD, more="")
STATES = ("2.10", "2.5")


@pytest.fixture
def harness(tmp_path, resources, nothing_left):
    folder = projects.project(repository(tmp_path / "project"), NEW).folder
    made = harness_of(folder, resources)
    yield made
    made.close()


def commit_as_old_state(harness, tag="step-2.5"):
    git(harness.folder, "add", "-A")
    git(harness.folder, "commit", "-q", "-m", "Pass a step")
    git(harness.folder, "tag", tag)


def test_new_data_is_that_of_the_shared_service_or_of_another(harness):
    starting_data = StartingData(harness, FRESH, STATES)

    assert starting_data.shared() is harness.services.shared()
    assert starting_data.new() is not harness.services.shared()
    assert starting_data.new().running


@pytest.mark.parametrize("tag", ["step-2.5", "step-2.10"])
def test_old_data_holds_the_messages_of_stage_2_and_is_shared(harness, tag):
    commit_as_old_state(harness, tag)
    starting_data = StartingData(harness, GROWN, STATES)

    service = starting_data.shared()

    assert starting_data.shared() is service
    assert len(json.loads(service.get("/messages?limit=100").content)["messages"]) == 100


def test_the_last_state_of_stage_2_comes_before_an_earlier_one(harness):
    commit_as_old_state(harness)
    (harness.folder / "server.py").write_text(NEW.replace('"text": text', '"source": "api", "text": text'))
    commit_as_old_state(harness, "step-2.10")

    assert migration_from(harness, STATES).old.had("source")
    assert not migration_from(harness, STATES[1:]).old.had("source")


def test_old_data_without_an_old_state_cannot_be_had(harness):
    with pytest.raises(NotChecked) as caught:
        StartingData(harness, GROWN, STATES).shared()

    assert str(caught.value) == MISSING.format("2.5", "step-2.5")
    assert caught.value.because == "project"


def test_a_kept_service_that_died_is_started_anew(harness):
    service = harness.connected()
    service.process._popen.send_signal(signal.SIGKILL)
    service.process.wait(5)

    assert harness.connected() is not service
    assert harness.connected().running


def test_a_connected_service_knows_its_secrets_and_its_address(tmp_path, resources, nothing_left):
    telling = "import json, os\nopen('environment', 'w').write(json.dumps(dict(os.environ)))\n"
    folder = projects.project(tmp_path / "project", telling + projects.ANSWERING).folder
    harness = harness_of(folder, resources)
    try:
        service = harness.connected(TZ="Asia/Kolkata")
        received = json.loads((folder / "environment").read_text())
        assert received["PUBLIC_URL"] == service.url
        assert received["TWILIO_AUTH_TOKEN"] == harness.credentials.twilio_auth_token
        assert received["SLACK_SIGNING_SECRET"] == harness.credentials.slack_signing_secret
        assert received["TZ"] == "Asia/Kolkata"
        harness.connected("https://chat.example.test")
        assert json.loads((folder / "environment").read_text())["PUBLIC_URL"] == "https://chat.example.test"
        harness.services.shared()
        plain = json.loads((folder / "environment").read_text())
        assert not {"PUBLIC_URL", "TWILIO_AUTH_TOKEN", "SLACK_SIGNING_SECRET"} & plain.keys()
    finally:
        harness.close()


ASKED = "assert chat.service.data.exists() == True"
"""The assertion of a check that uses the data on which it starts."""


@pytest.fixture
def run(tmp_path, nothing_left):
    """Run a course of three stages. The third repeats the checks of the second: `run(second, third)`."""

    def run_(second, third, *, tagged=True):
        folder = repository(tmp_path / "project")
        projects.project(folder, NEW)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "Start")
        if tagged:
            git(folder, "tag", "step-2.1")
        exercises = tmp_path / "exercises"
        for number, text in enumerate([a_check("1.1", "", "assert True"), second, third], 1):
            checks = exercises / f"0{number}-test" / "checks"
            checks.mkdir(parents=True)
            (checks / f"test_{number}_01_step.py").write_text(f"import pytest\nfrom grader.check import check\n{text}")
            repeats = 'repeats = "02"\n' if number == 3 else ""
            words = 'fixtures = ["chat", "migration"]\n' if number == 2 else ""
            states = 'earlier_states = ["2.1"]\n' if number == 3 else ""
            (checks.parent / "steps.toml").write_text(
                f'title = "Test"\n{words}{states}[[steps]]\nid = "{number}.1"\ntitle = "Step"\n'
                f"needs = []\nbonus = false\n"
                f'hints = ["One.", "Two."]\n{repeats}'
            )
        own = course.load(exercises)
        found = runner.run(own, folder, own.steps)
        return {step.id: step for step in found.steps}, found.faults

    return run_


EMPTY = a_check("2.1", "chat", "assert chat.page().count == 0")
FULL = a_check("2.1", "chat", "assert chat.page().count >= 0", name="full")
OWN = a_check("3.1", "", "assert True")


def test_a_step_asks_the_checks_of_a_stage_once_more_on_old_data(run):
    steps, faults = run(FULL, OWN)

    assert faults == ()
    assert {step.id: step.outcome for step in steps.values()} == dict.fromkeys(["1.1", "2.1", "3.1"], Outcome.PASS)
    assert [check.id for check in steps["2.1"].checks] == ["test_full"]
    assert [check.id for check in steps["3.1"].checks] == ["test_it", f"test_full[{GROWN}]"]
    assert steps["3.1"].checks[1].sentence == f"It works.{AGAIN}"


def test_what_holds_on_new_data_only_fails_the_step_that_asks_again(run):
    steps, _ = run(EMPTY, OWN)

    assert steps["2.1"].outcome is Outcome.PASS
    assert steps["3.1"].outcome is Outcome.FAIL
    assert steps["3.1"].problem.actual == "20 messages"


def test_what_fails_at_first_is_not_asked_again(run):
    steps, _ = run(a_check("2.1", "chat", "assert chat.page().count == 7"), OWN)

    assert steps["2.1"].outcome is Outcome.FAIL
    assert steps["3.1"].outcome is Outcome.PASS
    assert [check.id for check in steps["3.1"].checks] == ["test_it"]


def test_after_the_first_failure_nothing_more_is_asked_again(run):
    steps, _ = run(EMPTY + FULL, OWN)

    assert [check.id for check in steps["3.1"].checks] == ["test_it", f"test_it[{GROWN}]"]


def test_without_an_old_state_the_step_is_not_checked(run):
    steps, _ = run(FULL, OWN, tagged=False)

    assert (steps["3.1"].outcome, steps["3.1"].because) == (Outcome.NOT_CHECKED, "project")
