"""What a learner sees while a run goes on: rows as steps are decided, and what is waited for."""

import io
import time
from dataclasses import replace

from rich.console import Console

from grader.report.progress import Progress
from grader.report.terminal_steps import CHANGED, Rows
from grader.results.moment import Moment
from grader.results.results import CheckResult, Outcome, StageResult, StepResult
from tests.real_course import COURSE

STAGE = COURSE.stages[0]


def check(step, outcome=Outcome.PASS, seconds=0.2):
    return CheckResult(step, "test_it", "It works.", outcome, "K3", seconds=seconds)


def result(number, outcome=Outcome.PASS, *, checks=2, note=None):
    step = STAGE.steps[number - 1]
    found = tuple(check(step.id, outcome) for _ in range(checks))
    points = 10 if outcome is Outcome.PASS else 0
    return StepResult(step.id, step.title, step.bonus, outcome, None, note, points, 10, found)


def printed(streamed, final, *, whole=False, beyond=0):
    page = io.StringIO()
    rows = Rows(Console(file=page, width=80))
    for step in streamed:
        rows.add(STAGE.id, STAGE.title, step, len(STAGE.steps))
    rows.finish([StageResult(STAGE.id, STAGE.title, tuple(final), whole)], beyond)
    return [" ".join(line.split()) for line in page.getvalue().splitlines() if line.strip()]


def test_rows_come_once_and_with_their_seconds():
    steps = [result(1), result(2), result(3, Outcome.FAIL)]

    lines = printed(steps[:2], steps, beyond=4)
    assert lines == [
        f"01 {STAGE.title}",
        f"✓ 1.1 {STAGE.steps[0].title} 0.4 s",
        f"✓ 1.2 {STAGE.steps[1].title} 0.4 s",
        f"✗ 1.3 {STAGE.steps[2].title}",
        "… 4 steps beyond",
    ]
    assert printed([], steps, beyond=4) == lines


def test_a_whole_stage_has_its_points():
    steps = [result(number) for number in range(1, 11)]

    assert printed(steps, steps, whole=True)[-1] == "100 of 100 points"


def test_a_row_that_has_changed_is_shown_anew_with_all_others():
    before = result(1, checks=0, note="passed before")
    after = [result(1, Outcome.FAIL), replace(result(2, Outcome.SKIP), because="1.1")]

    lines = printed([before], after)
    assert lines[lines.index(CHANGED) + 1 :] == [
        f"01 {STAGE.title}",
        f"✗ 1.1 {STAGE.steps[0].title}",
        f"· 1.2 {STAGE.steps[1].title} needs 1.1",
    ]


def said(*moments, failed=None):
    progress = Progress("ann: ")
    if failed:
        progress.heard(failed)
    for moment in moments:
        progress.moment(moment)
    return progress.sentence()


def test_a_wait_is_named_with_its_seconds_and_its_limit():
    wait = Moment("1.2", what="starting your server", seconds=12.2, at_most=20)

    assert said(wait) == "ann: 1.2  starting your server, 12 s of at most 20"
    assert said(replace(wait, again=True)) == "ann: 1.2  second try: starting your server, 12 s of at most 20"
    assert said(replace(wait, at_most=None)) == "ann: 1.2  starting your server, 12 s"


def test_where_nothing_is_waited_for_the_step_is_named():
    assert said(Moment("1.2", what="x", seconds=9), Moment("1.4")) == "ann: 1.4  checking, 0 s"


def test_a_failure_that_has_to_wait_for_an_earlier_step_is_named():
    wait = Moment("1.6", what="your client runs: ping", seconds=3, at_most=20)
    late = check("1.7", Outcome.FAIL)

    assert said(wait, failed=late).endswith("your client runs: ping, 3 s of at most 20 (1.7 does not pass)")


def test_a_long_wait_is_told_once_where_there_is_no_terminal(capsys, monkeypatch):
    monkeypatch.setattr("grader.report.progress.LONG", 0.2)
    with Progress() as progress:
        progress.begin()
        progress.moment(Moment("1.2", what="starting your server", seconds=7.1, at_most=20))
        progress._ended.wait(0.8)

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("kit: 1.2  starting your server, ")


def test_one_long_wait_of_which_more_is_known_is_not_told_each_time(capsys, monkeypatch):
    monkeypatch.setattr("grader.report.progress.LONG", 5.0)
    began = time.monotonic() - 7
    with Progress() as progress:
        progress.begin()
        for rate in (50, 100, 200):
            progress.moment(Moment("", what=f"offering {rate}", seconds=time.monotonic() - began, at_most=115))
            progress._ended.wait(0.6)

    assert len(capsys.readouterr().err.splitlines()) == 1
