"""The axes of pictures: the labels of ticks are round, and none overlaps another."""

from __future__ import annotations

import itertools
import random

import pytest

from grader.report.scales import Scale, from_zero, label, logarithmic, round_down, round_up, width


@pytest.mark.parametrize("seed", range(200))
@pytest.mark.parametrize("length", [120.0, 274.0])
def test_labels_do_not_overlap_and_there_are_two_at_least(seed: int, length: float) -> None:
    draw = random.Random(seed)
    low = 10 ** draw.uniform(-2, 4)
    values = [low, low * 10 ** draw.uniform(0, 5)]
    scale = logarithmic(values, 46.0, 46.0 + length)

    ticks = scale.labelled(lambda tick: width(label(tick)))

    assert len(ticks) >= 2
    assert {f"{tick:e}"[0] for tick in ticks} <= {"1", "2", "3", "5"}
    assert all(scale.low <= value <= scale.high for value in values)
    for one, two in itertools.pairwise(ticks):
        assert scale(two) - scale(one) >= (width(label(one)) + width(label(two))) / 2


def test_an_axis_begins_and_ends_at_round_values() -> None:
    assert [round_up(value) for value in (0.9, 1.0, 1.1, 238.0, 501.0, 1000.0)] == [1, 1, 2, 500, 1000, 1000]
    assert [round_down(value) for value in (0.9, 1.0, 1.9, 238.0, 501.0, 1000.0)] == [0.5, 1, 1, 200, 500, 1000]


def test_one_value_has_an_axis_too() -> None:
    scale = logarithmic([200.0], 0.0, 100.0)

    assert scale.low < 200.0 < scale.high
    assert len(scale.labelled(lambda _: 10.0)) >= 2


def test_what_lies_outside_is_drawn_on_the_edge() -> None:
    scale = Scale(10.0, 1000.0, 0.0, 100.0)

    assert [scale(value) for value in (1.0, 10.0, 100.0, 1000.0, 5000.0)] == [0.0, 0.0, 50.0, 100.0, 100.0]


def test_an_even_axis_begins_at_nothing() -> None:
    scale = from_zero([3.0, 7.0], 100.0, 0.0)

    assert scale.lines() == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert (scale(0.0), scale(10.0)) == (100.0, 0.0)
    assert from_zero([], 0.0, 1.0).high == 1.0


def test_labels_are_short() -> None:
    assert [label(value) for value in (0.05, 0.5, 2.5, 20.0, 2000.0)] == ["0.05", "0.5", "2.5", "20", "2,000"]
