"""The schedule: which check is wanted next, and what an outcome means for the others. No check runs here."""

from dataclasses import replace

import pytest

from grader.course import Step
from grader.results.results import Outcome
from grader.session.schedule import Planned, Schedule

PASS, FAIL, SKIP, UNCLEAR, NOT_CHECKED, ERROR = Outcome
NEEDS = {"1.3": ("1.2",), "1.4": ("1.3",)}


def step(name):
    return Step(name, "01", "Step", NEEDS.get(name, ()), bonus=False, hints=("One.", "Two."), slow=False)


def planned(step, *, home="", waits_long=False, name="it"):
    return Planned(f"{name} of {home or step} for {step}", step, home or step, waits_long)


ONE, TWO, THREE, FOUR, FIVE = (planned(f"1.{number}") for number in range(1, 6))


def scheduled(*checks, steps=("1.1", "1.2", "1.3", "1.4", "1.5"), **more):
    schedule = Schedule([step(name) for name in steps], **more)
    schedule.plan(checks or (ONE, TWO, THREE, FOUR, FIVE))
    return schedule


def wanted(schedule):
    return [check.step for check in schedule.checks if schedule.wants(check)]


def test_checks_come_in_course_order_with_their_number_for_each_step():
    schedule = Schedule([step("1.2"), step("1.10"), step("1.3")])

    assert schedule.plan([planned("1.3"), planned("1.2"), planned("1.10"), planned("1.2", name="that")]) == {
        "1.2": 2,
        "1.10": 1,
        "1.3": 1,
    }
    assert [check.step for check in schedule.checks] == ["1.2", "1.2", "1.10", "1.3"]


def test_a_check_that_waits_long_comes_after_all_others_and_is_begun_first():
    waiting = planned("1.1", waits_long=True)
    schedule = scheduled(waiting, TWO, FIVE)

    assert schedule.checks == (TWO, FIVE, waiting)
    assert schedule.to_begin(TWO) == [waiting]
    assert schedule.to_begin(FIVE) == []


def test_a_stage_that_needs_load_comes_when_every_long_wait_is_over():
    light, loaded = planned("2.1"), planned("2.2")
    waiting, late = planned("1.1", waits_long=True), planned("2.1", waits_long=True, name="late")
    steps = [step("1.1"), step("1.2"), *(replace(step(name), stage="02") for name in ("2.1", "2.2"))]
    schedule = Schedule([*steps[:3], replace(steps[3], needs_load=True)])

    schedule.plan([waiting, TWO, light, loaded, late])

    assert schedule.checks == (TWO, waiting, light, loaded, late)


def test_of_a_step_the_repeated_checks_come_last():
    again, own = planned("1.3", home="1.2"), planned("1.3")

    assert scheduled(again, own).checks == (own, again)


def test_what_needs_a_broken_step_is_not_wanted():
    schedule = scheduled()
    schedule.found(TWO, FAIL)

    assert wanted(schedule) == ["1.1", "1.2", "1.5"]


@pytest.mark.parametrize(("outcome", "goes_on"), [(FAIL, False), (ERROR, False), (UNCLEAR, False), (NOT_CHECKED, True)])
def test_what_cannot_be_checked_keeps_no_other_from_being_run(outcome, goes_on):
    schedule = scheduled()
    schedule.found(TWO, outcome)

    assert schedule.wants(THREE) is goes_on


def test_a_step_without_a_check_counts_as_broken():
    assert wanted(scheduled(ONE, THREE, FOUR, FIVE)) == ["1.1", "1.5"]


def test_with_stop_nothing_later_than_the_first_failure_is_wanted():
    schedule = scheduled(stop=True)
    schedule.found(TWO, FAIL)

    assert wanted(schedule) == ["1.1"]


def test_with_stop_an_earlier_step_that_waits_long_is_still_wanted():
    waiting = planned("1.1", waits_long=True)
    schedule = scheduled(waiting, TWO, FIVE, stop=True)
    schedule.found(TWO, FAIL)

    assert schedule.wants(waiting)


def test_after_waiting_in_vain_no_other_check_of_the_step_is_wanted():
    schedule = scheduled()
    schedule.found(TWO, FAIL, too_late=True)

    assert not schedule.wants(planned("1.2", name="that"))


def test_known_steps_come_last_and_are_wanted_only_where_they_explain_a_failure():
    schedule = scheduled(known={"1.1", "1.2", "1.3"})

    assert [check.step for check in schedule.checks] == ["1.4", "1.5", "1.1", "1.2", "1.3"]
    assert wanted(schedule) == ["1.4", "1.5"]
    schedule.found(FOUR, FAIL)
    assert wanted(schedule) == ["1.4", "1.5", "1.2", "1.3"]


def test_what_takes_long_is_not_asked_to_explain_a_failure():
    slow = planned("1.2", waits_long=True, name="that")
    schedule = scheduled(TWO, slow, THREE, known={"1.2"})
    schedule.found(THREE, FAIL)

    assert (schedule.wants(TWO), schedule.wants(slow)) == (True, False)


def test_a_check_is_asked_again_only_where_it_went_well_the_first_time():
    again = planned("1.5", home="1.2")
    for broken, asked in ((ONE, True), (TWO, False), (FIVE, False)):
        schedule = scheduled(ONE, TWO, THREE, FOUR, FIVE, again)
        schedule.found(broken, FAIL)
        assert schedule.wants(again) is asked


def test_what_comes_is_the_step_at_hand_and_the_next_two():
    schedule = scheduled()

    assert schedule.coming(ONE) == [ONE, TWO, THREE]
    assert schedule.coming(FOUR) == [FOUR, FIVE]


def test_what_is_not_wanted_does_not_come():
    schedule = scheduled(known={"1.5"})
    schedule.found(TWO, FAIL)

    assert schedule.coming(ONE) == [ONE, TWO]


def test_what_is_known_is_not_begun_first():
    assert scheduled(planned("1.1", waits_long=True), TWO, known={"1.1"}).to_begin(TWO) == []


# which check is next


def sequence(schedule, over=lambda _: False, failing=()):
    """Run a schedule to its end, with failures of these checks, and list the checks that were next."""
    seen = []
    while (check := schedule.following(over)) is not None:
        seen.append(check)
        schedule.found(check, FAIL if check in failing else PASS)
    return seen


def test_without_more_words_each_check_comes_in_its_place():
    assert sequence(scheduled(), failing=[TWO]) == [ONE, TWO, FIVE]


def test_in_brief_a_step_ends_with_its_first_failure():
    more, late = planned("1.2", name="more"), planned("1.2", waits_long=True, name="late")
    schedule = scheduled(TWO, more, late, FIVE, brief=True)

    assert sequence(schedule, failing=[TWO]) == [TWO, FIVE]


@pytest.mark.parametrize("outcome", [ERROR, UNCLEAR, NOT_CHECKED])
def test_in_brief_what_is_no_failure_ends_no_step(outcome):
    more = planned("1.2", name="more")
    schedule = scheduled(TWO, more, brief=True)
    schedule.found(TWO, outcome)

    assert schedule.wants(more)


def test_in_brief_a_check_comes_as_soon_as_its_wait_is_over_and_its_step_is_at_hand():
    late = planned("1.2", waits_long=True, name="late")

    assert sequence(scheduled(ONE, TWO, late, FIVE, brief=True), lambda _: True) == [ONE, TWO, late, FIVE]
    assert sequence(scheduled(ONE, TWO, late, FIVE, brief=True)) == [ONE, TWO, FIVE, late]


def test_in_brief_a_failure_that_was_waited_for_ends_the_run():
    late = planned("1.2", waits_long=True, name="late")
    schedule = scheduled(ONE, TWO, late, FIVE, steps=("1.1", "1.2", "1.5"), stop=True, brief=True)

    assert sequence(schedule, lambda _: True, failing=[late]) == [ONE, TWO, late]


def test_a_failure_has_to_wait_for_what_an_earlier_step_waits_for():
    late, later = planned("1.2", waits_long=True, name="late"), planned("1.5", waits_long=True, name="later")
    schedule = scheduled(TWO, late, FIVE, later, steps=("1.2", "1.5"), stop=True, brief=True)

    assert sequence(schedule, failing=[FIVE]) == [TWO, FIVE, late]


def test_up_to_the_first_failure_the_waits_of_another_stage_are_not_begun_early():
    here, there = planned("1.1", waits_long=True), planned("2.1", waits_long=True)
    for stop, begun in ((True, [here]), (False, [here, there])):
        schedule = Schedule([step("1.1"), replace(step("2.1"), stage="02")], stop=stop)
        schedule.plan([here, there])
        assert schedule.to_begin(here) == begun
