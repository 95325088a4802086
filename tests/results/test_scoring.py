from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from grader.course import Stage, Step
from grader.results.results import CheckResult, ExitStatus, Outcome, StageResult, StepResult
from grader.results.scoring import exit_status, judge, lets_on

PASS, FAIL, SKIP, UNCLEAR, NOT_CHECKED, ERROR = Outcome
MACHINE, PROJECT = "machine", "project"


def step(name: str, *needs: str, bonus: bool = False) -> Step:
    return Step(name, f"0{name[0]}", f"Step {name}", needs, bonus=bonus, hints=(), slow=False)


def stage(*steps: Step) -> tuple[Stage, tuple[Step, ...]]:
    number = steps[0].stage
    return Stage(number, "A title", Path(number), steps), steps


def check(name: str, outcome: Outcome = PASS, because: str | None = None, actual: str = "") -> CheckResult:
    return CheckResult(name, f"test_{outcome}", "A sentence.", outcome, "K1", because=because, actual=actual)


def judged(steps: list[Step], *checks: CheckResult) -> dict[str, StepResult]:
    """Judge the steps of one stage, and return the results by the ids of the steps."""
    (result,) = judge([stage(*steps)], checks)
    return {found.id: found for found in result.steps}


def alone(*checks: CheckResult, bonus: bool = False) -> StepResult:
    return judged([step("1.1", bonus=bonus)], *checks)["1.1"]


def ended(*outcomes: Outcome) -> list[StageResult]:
    steps = [StepResult(f"1.{n}", "", False, outcome, None, None, 0, 10) for n, outcome in enumerate(outcomes)]
    return [StageResult("01", "", tuple(steps))]


# one step


def test_of_several_checks_the_worst_decides_whatever_their_order():
    for outcomes in product([PASS, FAIL, UNCLEAR, NOT_CHECKED, ERROR], repeat=3):
        found = alone(*(check("1.1", outcome, MACHINE if outcome is NOT_CHECKED else None) for outcome in outcomes))

        expected = next(kind for kind in (FAIL, ERROR, UNCLEAR, PASS, NOT_CHECKED) if kind in outcomes)
        assert found.outcome is expected, outcomes
        assert found.points == (10 if expected is PASS else 0)
        assert found.max_points == (0 if expected is NOT_CHECKED else 10)


def test_what_only_the_machine_cannot_check_is_left_out():
    partly = alone(check("1.1"), check("1.1", NOT_CHECKED, MACHINE, "no time zones"))
    wholly = alone(check("1.1", NOT_CHECKED, MACHINE, "no git"), check("1.1", NOT_CHECKED, MACHINE, "no git"))

    assert (partly.outcome, partly.points, partly.max_points, partly.note) == (PASS, 10, 10, "no time zones")
    assert (wholly.outcome, wholly.points, wholly.max_points, wholly.note) == (NOT_CHECKED, 0, 0, "no git")
    assert wholly.because == MACHINE


def test_a_step_that_a_run_without_load_leaves_out_counts_nowhere_and_stops_nobody():
    found = alone(check("1.1", NOT_CHECKED, "load", "It needs load."))

    assert (found.outcome, found.because, found.points, found.max_points) == (NOT_CHECKED, "load", 0, 0)
    assert lets_on(found)
    assert not lets_on(alone(check("1.1", NOT_CHECKED, PROJECT, "no tag")))


@pytest.mark.parametrize("first", [PASS, FAIL, UNCLEAR, ERROR])
def test_a_run_without_load_has_the_same_maximum_whatever_fails_before(first):
    steps = [step("1.1"), step("1.2", "1.1"), replace(step("1.3", "1.2"), needs_load=True)]
    left_out = [check("1.3", NOT_CHECKED, "load")] if first is PASS else []
    parts, checks = [stage(*steps)], [check("1.1", first), check("1.2"), *left_out]

    (without,) = judge(parts, checks, without_load=True)
    (under_load,) = judge(parts, [*checks[:2], check("1.3")])

    assert without.steps[2].outcome is (NOT_CHECKED if first is PASS else SKIP)
    assert (without.max_points, under_load.max_points) == (20, 30)


def test_what_this_machine_cannot_check_stays_left_out_where_the_step_is_blocked():
    found = judged(CHAIN[:2], check("1.1", FAIL), check("1.2", NOT_CHECKED, MACHINE))

    assert (found["1.2"].outcome, found["1.2"].max_points) == (SKIP, 0)


@pytest.mark.parametrize("others", [[], [check("1.1")], [check("1.1", NOT_CHECKED, MACHINE)]])
def test_what_the_project_keeps_from_being_checked_earns_nothing(others):
    found = alone(*others, check("1.1", NOT_CHECKED, PROJECT, "no tag"))

    assert (found.outcome, found.because, found.points, found.max_points) == (NOT_CHECKED, PROJECT, 0, 10)


def test_a_step_without_any_check_is_the_kits_fault():
    assert alone().outcome is ERROR
    assert alone().problem is None


def test_doubt_says_what_the_noise_was():
    found = alone(check("1.1"), check("1.1", UNCLEAR, "the neighbour was busy"))

    assert (found.outcome, found.because) == (UNCLEAR, "the neighbour was busy")


def test_the_problem_is_the_first_check_that_explains_the_outcome():
    fault, failure = check("1.1", ERROR), check("1.1", FAIL)

    assert alone(check("1.1"), fault, failure).problem is failure
    assert alone(check("1.1")).problem.outcome is PASS


def test_notes_are_said_once():
    found = alone(check("1.1"), *[check("1.1", NOT_CHECKED, MACHINE, text) for text in ("One.", "Two.", "One.")])

    assert found.note == "One. Two."


# points


def test_bonus_steps_are_worth_half_and_listed_apart():
    (result,) = judge(
        [stage(step("1.1"), step("1.2"), step("1.3", bonus=True), step("1.4", bonus=True))],
        [check("1.1"), check("1.2", FAIL), check("1.3"), check("1.4", FAIL)],
    )

    assert (result.points, result.max_points) == (10, 20)
    assert (result.bonus_points, result.max_bonus) == (5, 10)


def test_a_bonus_that_cannot_be_checked_here_is_left_out_too():
    found = alone(check("1.1", NOT_CHECKED, MACHINE), bonus=True)

    assert (found.points, found.max_points) == (0, 0)


# needs


CHAIN = [step("1.1"), step("1.2", "1.1"), step("1.3", "1.2"), step("1.4", "1.3"), step("1.5")]


@pytest.mark.parametrize("outcome", [FAIL, ERROR, UNCLEAR])
def test_what_an_earlier_step_explains_is_skipped_and_names_it(outcome):
    found = judged(CHAIN, check("1.1"), check("1.2", outcome), check("1.5"))

    assert {name: (result.outcome, result.because) for name, result in found.items()} == {
        "1.1": (PASS, None),
        "1.2": (outcome, None),
        "1.3": (SKIP, "1.2"),
        "1.4": (SKIP, "1.2"),
        "1.5": (PASS, None),
    }
    assert found["1.3"].points == 0
    assert found["1.3"].max_points == 10
    assert found["1.3"].problem is None


def test_a_skipped_step_stays_skipped_even_if_its_checks_ran():
    found = judged(CHAIN, check("1.1", FAIL), check("1.2"), check("1.3", FAIL), check("1.4"), check("1.5"))

    assert [result.outcome for result in found.values()] == [FAIL, SKIP, SKIP, SKIP, PASS]


@pytest.mark.parametrize("because", [MACHINE, PROJECT])
def test_a_need_that_could_not_be_checked_keeps_nobody_back(because):
    found = judged(CHAIN[:3], check("1.1", NOT_CHECKED, because), check("1.2"), check("1.3", FAIL))

    assert [result.outcome for result in found.values()] == [NOT_CHECKED, PASS, FAIL]


def test_a_machine_that_can_check_little_costs_nothing():
    """Without git, or without access to the database, the kit can't check several steps that need each other."""
    (result,) = judge(
        [stage(*CHAIN)], [check(name, NOT_CHECKED, MACHINE) for name in ("1.1", "1.2", "1.3", "1.4", "1.5")]
    )

    assert (result.points, result.max_points) == (0, 0)
    assert exit_status([result]) == ExitStatus.UNDECIDED


def test_of_two_needs_the_first_that_failed_is_named():
    steps = [step("1.1"), step("1.2"), step("1.3", "1.1"), step("1.4", "1.2", "1.1"), step("1.5", "1.3", "1.2")]

    found = judged(steps, check("1.1", FAIL), check("1.2", FAIL))

    assert (found["1.4"].because, found["1.5"].because) == ("1.2", "1.1")


def test_a_need_that_was_not_asked_for_counts_as_met():
    assert judged([step("1.3", "1.2")], check("1.3"))["1.3"].outcome is PASS


def test_a_need_in_an_earlier_stage_explains_as_well():
    first, second = judge(
        [stage(step("1.1"), step("1.2")), stage(step("2.1", "1.2"), step("2.2", "2.1"))],
        [check("1.1"), check("1.2", FAIL)],
    )

    assert [result.outcome for result in first.steps] == [PASS, FAIL]
    assert [(result.outcome, result.because) for result in second.steps] == [(SKIP, "1.2"), (SKIP, "1.2")]


def test_what_passed_before_counts_unless_what_it_needs_is_wanting_now():
    steps = [step("1.1"), step("1.2", "1.1"), step("1.3"), step("1.4", "1.2", "1.3")]

    (result,) = judge([stage(*steps)], [check("1.1", FAIL)], known={"1.2", "1.3"})

    assert [found.outcome for found in result.steps] == [FAIL, SKIP, PASS, SKIP]
    assert [found.because for found in result.steps] == [None, "1.1", None, "1.1"]


def test_checks_of_steps_that_nobody_asked_for_are_ignored():
    assert list(judged([step("1.1")], check("1.1"), check("1.9", FAIL))) == ["1.1"]


# the whole


def test_a_fault_outweighs_a_failure_outweighs_doubt():
    for outcomes in product(Outcome, repeat=3):
        expected = 3 if ERROR in outcomes else 1 if FAIL in outcomes else 0 if set(outcomes) == {PASS} else 4

        assert exit_status(ended(*outcomes)) == expected, outcomes
        assert exit_status(ended(outcomes[0]), outcomes[1:]) == expected, outcomes


def test_nothing_asked_is_nothing_failed():
    assert exit_status([]) == 0


def test_what_is_skipped_without_a_failure_is_undecided():
    assert exit_status(ended(PASS, SKIP)) == 4
    assert exit_status(ended(NOT_CHECKED, SKIP)) == 4
