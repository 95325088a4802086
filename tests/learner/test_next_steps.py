"""The commands that the kit names after a failure."""

import pytest

from grader.client.program import NOBODY
from grader.learner import next_steps, scaffold
from grader.results.results import CheckResult, Outcome, RunResult, StageResult, StepResult
from grader.text.story import KEPT_BY_HOLD
from tests.real_course import COURSE
from tests.repository import git


def named_after(step_id, request="", before="", outcome=Outcome.FAIL):
    step = COURSE.find_step(step_id)
    check = CheckResult(step.id, "test_it", "It works.", outcome, "K3", request=request, before=before)
    failed = StepResult(step.id, step.title, step.bonus, outcome, None, None, 0, 10, (check,))
    findings = RunResult((StageResult(step.stage, "Stage", (failed,)),), seed=1)
    return [command for command, _ in next_steps.next_lines(COURSE, findings, [step], {})]


def named_where_all_passed(step_id, outcomes):
    """Return the lines after a step that passed, with the outcomes that the kept report has of others."""
    step = COURSE.find_step(step_id)
    passed = StepResult(step.id, step.title, step.bonus, Outcome.PASS, None, None, 10, 10)
    findings = RunResult((StageResult(step.stage, "Stage", (passed,)),), seed=1)
    report = {"stages": [{"steps": [{"id": name, "outcome": outcome} for name, outcome in outcomes.items()]}]}
    return next_steps.next_lines(COURSE, findings, [step], report)


def test_a_servers_failure_is_tried_by_hand():
    assert named_after("2.4", "curl -i x") == ["kit hint 2.4", "kit contract K3", "kit check 2.4", "kit serve"]


def test_a_webhooks_failure_is_tried_with_what_plays_the_provider():
    assert named_after("3.2", "curl -i x")[3:] == ["kit serve", "kit phone"]


def test_a_signed_line_is_tried_with_the_server_that_knows_the_secrets():
    named = named_after("3.2", "curl -i -H 'X-Twilio-Signature: x' y")

    assert named[3:] == ["kit serve", "kit phone", "kit check 3.2 --hold"]


def test_a_clients_failure_is_tried_with_the_server_that_the_line_names():
    assert named_after("2.5", "SERVER_URL=http://127.0.0.1:40 client list")[3:] == ["kit check 2.5 --hold"]


def test_a_bonus_may_be_left_out():
    assert named_after("2.11")[-1] == "kit check 3.1"
    assert named_after("3.9")[-1] == "kit check 3.12"


@pytest.mark.parametrize(
    "request_line",
    [
        f"SERVER_URL=http://127.0.0.1:40123 client ping{NOBODY}",
        "SERVER_URL=nonsense://127.0.0.1 client ping",
        "SERVER_URL=http://127.0.0.1:99999 client ping",
        "TZ=Asia/Kolkata SERVER_URL='nonsense://a b' client ping",
    ],
)
def test_a_line_that_names_no_server_needs_none_to_be_held(request_line):
    assert named_after("1.6", request_line)[3:] == []


def test_a_start_that_failed_on_earlier_data_is_repeated_on_these():
    request = f"PORT=5000 DATABASE_URL=sqlite:////tmp/app.db python -m server{KEPT_BY_HOLD}"

    assert named_after("1.8", request, "2 × GET /, then SIGTERM")[3:] == ["kit check 1.8 --hold", "kit serve"]
    assert named_after("1.2", "PORT=5000 python -m server")[3:] == ["kit serve"]


def test_an_old_database_is_kept_by_hold():
    named = named_after("2.7", "curl -i x", "on a database of the project's earlier state with 150 messages")

    assert named[3:] == ["kit check 2.7 --hold", "kit serve"]


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("the server ran with TZ=Asia/Kolkata; 2 messages sent", "kit serve --tz Asia/Kolkata"),
        ("3 messages sent; the server ran with TZ=America/St_Johns, PUBLIC_URL=x", "kit serve --tz America/St_Johns"),
        ("the server ran with PUBLIC_URL=x", "kit serve"),
        ("2 messages sent", "kit serve"),
        ("", "kit serve"),
    ],
)
def test_the_server_is_offered_in_the_time_zone_of_the_check(before, line):
    assert named_after("2.6", "curl -i x", before)[3:] == [line]


def test_a_step_that_failed_before_comes_next():
    outcomes = {"1.1": "pass", "1.8": "pass", "1.9": "fail", "1.10": "pass"}

    assert named_where_all_passed("1.10", outcomes) == [("kit check 1.9", "still open: Many requests at once")]
    assert named_where_all_passed("1.8", outcomes)[0][0] == "kit check 1.9"


@pytest.mark.parametrize("outcome", ["skip", "unclear", "not_checked", "error"])
def test_whatever_did_not_pass_is_still_open(outcome):
    assert named_where_all_passed("1.10", {"1.9": outcome, "1.10": "pass"})[0][0] == "kit check 1.9"


def test_a_bonus_and_what_was_never_checked_do_not_come_next():
    assert named_where_all_passed("3.1", {"2.11": "fail", "3.1": "pass"})[0][0] == "kit check 3.2"
    assert named_where_all_passed("1.10", {"1.10": "pass"})[0][0] == "kit check 2.1"


def test_a_step_is_still_open_at_the_end_of_the_course_too():
    last = COURSE.steps[-1].id

    assert named_where_all_passed(last, {"2.2": "fail", last: "pass"})[0][0] == "kit check 2.2"
    assert named_where_all_passed(last, {last: "pass"})[0][0] == "kit grade ."


def test_a_step_that_others_need_gets_no_tag_until_it_is_asked_for(tmp_path):
    scaffold.start(COURSE.stages[0], tmp_path / "chat")
    step = COURSE.find_step("1.1")
    check = CheckResult(step.id, "test_it", "It works.", Outcome.PASS, "K1")
    passed = StepResult(step.id, step.title, step.bonus, Outcome.PASS, None, None, 10, 10, (check,))
    found = RunResult((StageResult(step.stage, "Stage", (passed,)),), seed=1)
    assert next_steps.remember(tmp_path / "chat", found) == ""

    assert next_steps.tag(COURSE, tmp_path / "chat", found, [COURSE.find_step("1.2")]) is None
    assert next_steps.tag(COURSE, tmp_path / "chat", found, [step]) == "step-1.1"


def test_a_folder_without_service_toml_gets_no_tag(tmp_path):
    folder = tmp_path / "chat"
    scaffold.start(COURSE.stages[0], folder)
    git(folder, "rm", "-q", "service.toml")
    git(folder, "commit", "-q", "-m", "No service")
    step = COURSE.find_step("1.1")
    check = CheckResult(step.id, "test_it", "It works.", Outcome.PASS, "K1")
    passed = StepResult(step.id, step.title, step.bonus, Outcome.PASS, None, None, 10, 10, (check,))
    found = RunResult((StageResult(step.stage, "Stage", (passed,)),), seed=1)
    assert next_steps.remember(folder, found) == ""

    assert next_steps.tag(COURSE, folder, found, [step]) is None
    git(folder, "reset", "-q", "--hard", "HEAD~1")
    assert next_steps.remember(folder, found) == ""
    assert next_steps.tag(COURSE, folder, found, [step]) == "step-1.1"


def test_whoever_finds_a_step_unclear_may_go_on():
    assert named_after("4.7", outcome=Outcome.UNCLEAR) == ["kit check 4.7", "kit check 4.8"]
    assert named_after("4.10", outcome=Outcome.UNCLEAR) == ["kit check 4.10"]
    assert named_after("4.7", outcome=Outcome.ERROR) == ["kit check 4.7"]


@pytest.mark.parametrize(("outcome", "named"), [("unclear", ["4.7", "4.9"]), ("fail", ["4.7"])])
def test_what_is_unclear_before_keeps_nobody_from_the_next_step(outcome, named):
    lines = named_where_all_passed("4.8", {"4.7": outcome})

    assert [command for command, _ in lines] == [f"kit check {step}" for step in named]
