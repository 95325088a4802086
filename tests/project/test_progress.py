"""The file of a learner's progress: what it holds, and what the kit makes of one that it can't use."""

import json

import pytest

from grader.project import progress
from grader.project.progress import Progress, StepProgress, Unusable
from grader.results.results import Outcome

KEPT = Progress({"1.2": StepProgress("pass", 90, 0), "1.10": StepProgress("", 0, 2)}, 1_000_000.0)


def test_what_is_written_is_read_again():
    assert progress.read(progress.write(KEPT)) == (KEPT, "")


def test_the_file_has_a_line_for_each_step_in_the_order_of_the_course():
    lines = progress.write(KEPT).splitlines()

    assert [line.split(":")[0].strip() for line in lines if '": {"' in line] == ['"1.2"', '"1.10"']
    assert json.loads("\n".join(lines))["contract"] == progress.CONTRACT


def test_the_outcomes_are_those_of_results():
    assert set(Outcome) == progress.OUTCOMES


@pytest.mark.parametrize(
    ("pause", "counted"),
    [(30, 30), (progress.LONGEST_PAUSE, progress.LONGEST_PAUSE), (progress.LONGEST_PAUSE + 1, 0), (-5, 0)],
)
def test_time_counts_between_two_checks_unless_the_pause_is_long_or_the_clock_went_back(pause, counted):
    after = KEPT.after_check({"1.3": "fail"}, ["1.2", "1.3"], 1_000_000.0 + pause)

    assert after.of("1.3") == StepProgress("fail", counted, 0)
    assert after.of("1.2") == KEPT.of("1.2")


def test_the_first_check_counts_no_time():
    assert Progress().after_check({"1.1": "pass"}, ["1.1"], 50.0) == Progress({"1.1": StepProgress("pass")}, 50.0)


def test_a_run_that_checks_nothing_counts_no_time():
    assert KEPT.after_check({}, [], 1_000_001.0) == KEPT


def test_under_another_contract_time_and_hints_stay_and_outcomes_go():
    text = progress.write(KEPT).replace(f'"contract": "{progress.CONTRACT}"', '"contract": "0"')

    found, said = progress.read(text)

    assert (found.of("1.2"), found.of("1.10").hints, found.outcomes) == (StepProgress("", 90, 0), 2, {})
    assert said.endswith("type: kit check --all")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is damaged"),
        ("{", "is damaged"),
        ("[" * 100_000, "is damaged"),
        ("[]", "wasn't written by kit"),
        ('{"steps": []}', "wasn't written by kit"),
        ('{"steps": {}, "format": 2}', "was written by another version of kit"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(text, reason):
    with pytest.raises(Unusable, match=reason):
        progress.read(text)


@pytest.mark.parametrize(
    "entry",
    [
        7,
        None,
        "pass",
        {"outcome": "won", "seconds": -1, "hints": True},
        {"outcome": [], "seconds": 1e9, "hints": 10**30},
    ],
)
def test_an_entry_that_makes_no_sense_counts_as_nothing(entry):
    text = json.dumps({"format": 1, "contract": progress.CONTRACT, "checked_at": 5, "steps": {"1.1": entry, "x": {}}})

    assert progress.read(text) == (Progress({"1.1": StepProgress()}), "")
