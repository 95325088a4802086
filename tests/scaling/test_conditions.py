"""Claims that were measured elsewhere: they are never a failure."""

from dataclasses import replace

import pytest

from grader.errors import Failed, Unclear
from grader.scaling.conditions import Conditions, claimed, difference, disagree, speed
from grader.scaling.evidence import Evidence

HERE = Conditions(cores=2, ceiling=2000.0, other=0.1)


AGAIN = " The claim comes from a busy machine: measure it anew."


@pytest.mark.parametrize(
    ("there", "said", "remedy"),
    [
        (Conditions(8, 2000.0, 0.1), "8 cores there, 2 here", ""),
        (Conditions(2, 900.0, 0.1), "the generator sends up to 900 requests per second there, 2000 here", AGAIN),
        (Conditions(2, 2700.0, 0.1), "the generator sends up to 2700 requests per second there, 2000 here", ""),
        (Conditions(2, 2000.0, 0.5), "other programs used 0.50 cores there, 0.10 here", AGAIN),
        (Conditions(2, 0.0, 0.1), "the generator sends up to 0 requests per second there, 2000 here", AGAIN),
    ],
)
def test_unlike_conditions_are_named_and_make_a_disagreement_unclear(there, said, remedy):
    assert difference(there, HERE) == said

    found = disagree("claimed 800, here 400", there, HERE, expected="400")

    assert isinstance(found, Unclear)
    assert str(found) == f"claimed 800, here 400. The two can't be compared: {said}.{remedy}"


@pytest.mark.parametrize(
    ("there", "times"),
    [
        (Conditions(2, 1000.0, 0.1), 2.0),
        (Conditions(2, 4000.0, 0.1), 0.5),
        (Conditions(2, 1600.0, 0.1), 1.25),
        (Conditions(8, 1000.0, 0.1), 1.0),
        (Conditions(2, 0.0, 0.1), 1.0),
    ],
)
def test_the_ceilings_say_how_much_faster_a_machine_with_as_many_cores_is(there, times):
    assert speed(there, HERE) == pytest.approx(times)


def test_a_machine_that_is_busy_now_says_nothing_against_a_claim():
    found = disagree("claimed 800, here 400", HERE, Conditions(2, 1900.0, 0.9), expected="400")

    assert str(found).endswith("other programs used 0.10 cores there, 0.90 here.")


@pytest.mark.parametrize("there", [HERE, Conditions(2, 1600.0, 0.3), Conditions(2, 2500.0, 0.0)])
def test_under_like_conditions_a_disagreement_is_a_failure(there):
    assert difference(there, HERE) == ""
    assert isinstance(disagree("claimed 800, here 400", there, HERE, expected="400"), Failed)


def test_a_machine_whose_ceiling_moves_says_nothing_against_a_claim():
    ceilings = iter([1900.0, 1200.0, 2100.0])
    here = replace(HERE, again=lambda: next(ceilings))

    found = disagree("claimed 800, here 400", HERE, here, expected="400")

    assert isinstance(found, Unclear)
    assert str(found).endswith(
        "this machine is unsteady, as within seconds the generator sends up to 1200 and 2100 requests."
    )


def test_a_claim_that_is_far_off_is_wrong_also_where_the_ceiling_moves():
    here = replace(HERE, again=iter([1900.0, 1200.0, 2100.0]).__next__)

    assert isinstance(disagree("claimed 20, here 400", HERE, here, expected="400", apart=20.0), Failed)
    assert isinstance(disagree("claimed 100, here 400", HERE, here, expected="400", apart=4.0), Unclear)


def test_a_claim_that_is_far_off_is_not_wrong_on_another_machine():
    found = disagree("claimed 20, here 400", Conditions(8, 2000.0, 0.1), HERE, expected="400", apart=20.0)

    assert isinstance(found, Unclear)


def test_a_ceiling_that_holds_still_leaves_a_disagreement_a_failure():
    ceilings = iter([1900.0, 1700.0, 2100.0])

    here = replace(HERE, again=lambda: next(ceilings))

    assert isinstance(disagree("claimed 800, here 400", HERE, here, expected="400"), Failed)
    assert list(ceilings) == []


def test_nothing_is_measured_again_where_the_conditions_differ_anyhow():
    def again() -> float:
        raise AssertionError

    found = disagree("claimed 800, here 400", Conditions(8, 2000.0, 0.1), replace(HERE, again=again), expected="400")

    assert isinstance(found, Unclear)


def test_the_conditions_of_a_claim_are_read_from_its_file():
    table = {"cores": 2, "ceiling": 2000.0, "other": 0.1}

    assert claimed(Evidence("answers.toml", {"machine": table})) == HERE
    with pytest.raises(Failed, match="says nothing about ceiling"):
        claimed(Evidence("answers.toml", {"machine": {"cores": 2}}))
