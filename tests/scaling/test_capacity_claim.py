"""A claimed capacity beside the kit's own: what agrees, what doesn't, and what is unclear."""

from __future__ import annotations

import pytest

from grader.errors import Failed, Unclear
from grader.load.capacity import Capacity, Judged
from grader.load.measurement import Probe
from grader.scaling import capacity_claim
from grader.scaling.capacity_claim import Claim, Compared, Searched
from grader.scaling.conditions import Conditions
from grader.scaling.evidence import Evidence

HERE = Conditions(2, 2000.0, 0.1)
ELSEWHERE = Conditions(8, 2000.0, 0.1)


def compared(
    claim: tuple[float, float | None, str],
    found: tuple[float, float | None, str],
    *,
    there: Conditions = HERE,
    reasons: frozenset[str] | None = None,
    generator: float = 0.0,
) -> Compared:
    held, broke, because = found
    probe = Probe(None, broke, held, 1.0, 2.0, 3.0, 0, 0.5, generator, 0.0)
    capacity = Capacity(held, broke, because, done=True, probes=(Judged(probe, because, {}),))
    return Compared(Claim("reads", *claim, there), Searched(capacity, HERE, reasons or frozenset({because})))


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ((336.0, 400.0, "latency"), (336.0, 400.0, "latency")),
        ((336.0, 400.0, "latency"), (238.0, 283.0, "latency")),
        ((336.0, 400.0, "latency"), (476.0, 566.0, "latency")),
        ((800.0, None, "generator"), (1600.0, None, "generator")),
        ((800.0, None, "generator"), (700.0, 800.0, "latency")),
        ((800.0, None, "generator"), (2380.0, None, "generator")),
        ((336.0, 400.0, "latency"), (500.0, None, "generator")),
    ],
)
def test_intervals_that_nearly_meet_agree(claim, found):
    assert compared(claim, found).distance <= 1.5


SLOWER = Conditions(2, 1000.0, 0.1)


def test_an_interval_of_a_slower_machine_agrees_in_the_ratio_of_their_speeds():
    found = (672.0, 800.0, "latency")

    assert compared((336.0, 400.0, "latency"), found, there=SLOWER).distance == 1
    assert compared((672.0, 800.0, "latency"), found, there=SLOWER).distance == 1


def test_an_interval_that_no_difference_in_speed_explains_is_unclear():
    with pytest.raises(Unclear, match="the generator sends up to 1000 requests per second there, 2000 here"):
        _ = compared((100.0, 119.0, "latency"), (672.0, 800.0, "latency"), there=SLOWER).distance


@pytest.mark.parametrize(
    ("claim", "found", "apart"),
    [
        ((800.0, 951.0, "latency"), (336.0, 400.0, "latency"), 2.0),
        ((50.0, 59.5, "latency"), (336.0, 400.0, "latency"), 5.6),
        ((1600.0, None, "generator"), (336.0, 400.0, "latency"), 4.0),
        ((100.0, 119.0, "latency"), (1600.0, None, "generator"), 13.4),
        ((100.0, None, "generator"), (1600.0, None, "generator"), 8.0),
        ((100.0, None, "generator"), (1350.0, 1600.0, "failures"), 6.8),
        ((100.0, 119.0, "latency"), (0.0, 0.7, "latency"), 142.9),
    ],
)
def test_intervals_far_apart_disagree_and_both_are_shown(claim, found, apart):
    distance = compared(claim, found).distance

    assert distance == pytest.approx(apart, rel=0.01)
    assert distance.actual_text().startswith(f"{apart:,.0f}" if apart >= 100 or apart == 2 else f"{apart:.2g}")
    assert f"claimed {'at least ' if claim[1] is None else ''}{claim[0]:g}" in distance.actual_text()


def test_a_claim_from_another_machine_is_unclear_and_both_are_shown():
    with pytest.raises(Unclear) as unclear:
        _ = compared((800.0, 951.0, "latency"), (336.0, 400.0, "latency"), there=ELSEWHERE).distance

    assert str(unclear.value) == (
        "claimed 800 to 951 requests per second, here 336 to 400 requests per second. "
        "The two can't be compared: 8 cores there, 2 here."
    )


def test_a_claim_from_another_machine_that_agrees_is_right():
    assert compared((336.0, 400.0, "latency"), (336.0, 400.0, "latency"), there=ELSEWHERE).distance == 1


@pytest.mark.parametrize("held", [0.0, 200.0])
def test_a_search_that_the_generator_ended_early_says_nothing(held):
    with pytest.raises(Unclear, match="the kit could not offer more: this machine is too busy, or"):
        _ = compared((336.0, 400.0, "latency"), (held, None, "generator")).distance


def test_the_reason_counts_if_any_probe_of_the_kit_broke_for_it():
    found = compared((336.0, 400.0, "failures"), (336.0, 400.0, "latency"), reasons=frozenset({"latency", "failures"}))

    assert found.unexplained == ()


def test_another_reason_is_named_and_is_unclear_from_elsewhere():
    claim, own = (336.0, 400.0, "failures"), (336.0, 400.0, "latency")

    assert compared(claim, own).unexplained == ("claimed failures, here latency",)
    with pytest.raises(Unclear, match="can't be compared"):
        _ = compared(claim, own, there=ELSEWHERE).unexplained


def test_near_the_ceiling_of_the_generator_it_is_a_right_reason():
    assert compared((1600.0, None, "generator"), (1350.0, 1600.0, "latency")).unexplained == ()


def test_near_the_ceiling_another_reason_that_the_kit_cannot_see_is_unclear():
    with pytest.raises(Unclear, match="reach about as much here"):
        _ = compared((1600.0, 1900.0, "latency"), (1600.0, None, "generator")).unexplained


def test_a_generator_that_lacks_processor_time_is_near_its_ceiling():
    claim, found = (336.0, None, "generator"), (336.0, 400.0, "failures")

    assert compared(claim, found, generator=0.6).unexplained == ()
    assert compared(claim, found, generator=0.4).unexplained == ("claimed generator, here failures",)


def test_where_neither_is_the_generator_its_ceiling_excuses_no_other_reason():
    found = compared((1350.0, 1600.0, "failures"), (1350.0, 1600.0, "latency"), generator=0.9)

    assert found.unexplained == ("claimed failures, here latency",)


def test_near_the_ceiling_an_interval_far_away_is_no_right_one():
    found = compared((400.0, 500.0, "latency"), (1600.0, None, "generator"))

    assert found.unexplained == ("claimed latency, here generator",)


def test_far_below_the_ceiling_the_generator_is_not_the_limit():
    found = compared((336.0, None, "generator"), (336.0, 400.0, "latency"))

    assert found.unexplained == ("claimed generator, here latency",)


MACHINE = {"cores": 2, "ceiling": 2000.0, "other": 0.1}
TABLE = {"held": 336.0, "broke": 400.0, "broke_because": "latency", "other": 0.05}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "says nothing about broke_because"),
        (TABLE | {"held": "many"}, "held = "),
        (TABLE | {"held": 500.0}, "held = 500, broke = 400"),
        ({"held": 0.0, "broke_because": "generator"}, "held = 0, where the generator was the limit"),
        (TABLE | {"broke_because": "rain"}, "broke_because = "),
        ({name: value for name, value in TABLE.items() if name != "broke"}, "says nothing about broke under"),
    ],
)
def test_a_table_that_is_not_whole_gets_a_sentence(table, said):
    with pytest.raises(Failed, match=said):
        capacity_claim.read(Evidence("capacity.toml", {"machine": MACHINE, "reads": table}), "reads")


def test_a_claim_has_the_conditions_of_its_own_search():
    claim = capacity_claim.read(Evidence("capacity.toml", {"machine": MACHINE, "reads": TABLE}), "reads")

    assert claim == Claim("reads", 336.0, 400.0, "latency", Conditions(2, 2000.0, 0.05))


def test_where_the_generator_is_the_limit_nothing_has_to_break():
    table = {"held": 1600.0, "broke_because": "generator"}

    claim = capacity_claim.read(Evidence("capacity.toml", {"machine": MACHINE, "reads": table}), "reads")

    assert claim.broke is None
