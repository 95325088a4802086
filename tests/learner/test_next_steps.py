"""The commands that the kit names after a failure."""

from grader.learner import next_steps
from grader.results.results import CheckResult, Outcome, RunResult, StageResult, StepResult
from tests.real_course import COURSE


def named_after(step_id, request=""):
    step = COURSE.find_step(step_id)
    check = CheckResult(step.id, "test_it", "It works.", Outcome.FAIL, "K3", request=request)
    failed = StepResult(step.id, step.title, step.bonus, Outcome.FAIL, None, None, 0, 10, (check,))
    findings = RunResult((StageResult(step.stage, "Stage", (failed,)),), seed=1)
    return [command for command, _ in next_steps.next_lines(COURSE, findings, [step])]


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
