"""The decision rule, on ratios that are drawn and on batches that are given."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from grader.load.comparison import MOST_DROPPED, Half, Pair, Verdict, compare, decide


@pytest.mark.parametrize(
    ("above", "below", "verdict"),
    [
        (7, 0, None),
        (8, 0, Verdict.ABOVE),
        (7, 1, Verdict.ABOVE),
        (1, 7, Verdict.BELOW),
        (6, 2, None),
        (9, 6, None),
        (12, 4, Verdict.ABOVE),
        (4, 12, Verdict.BELOW),
        (11, 5, Verdict.UNCLEAR),
    ],
)
def test_the_rule(above: int, below: int, verdict: Verdict | None) -> None:
    """The pairs that decide come last, so that eight alone never settle what sixteen have to."""
    few, many = sorted([(above, 2.0), (below, 0.5)])
    ratios = [value for pair in zip([few[1]] * few[0], [many[1]] * few[0], strict=True) for value in pair]
    ratios += [many[1]] * (many[0] - few[0])

    assert decide(ratios, 1.0) is verdict


def test_a_ratio_on_the_threshold_is_on_no_side() -> None:
    assert decide([1.0] * 16, 1.0) is Verdict.UNCLEAR


def test_nothing_against_nothing_is_no_change() -> None:
    """File reads, for example: a service that keeps its page reads nothing, neither before nor after."""
    assert Pair(Half(0.0), Half(0.0)).ratio == 1.0
    assert Pair(Half(0.0), Half(2.0)).ratio == float("inf")
    assert compare(lambda: Half(0.0), lambda: Half(0.0), threshold=1.4).verdict is Verdict.BELOW


def batches(
    ratio: float, noise: float, seed: int, other: Callable[[], float] = lambda: 0.0
) -> tuple[Callable[[], Half], Callable[[], Half]]:
    draw = random.Random(seed)

    def batch(value: float) -> Half:
        return Half(value * draw.lognormvariate(0, noise), other())

    return (lambda: batch(100.0)), (lambda: batch(100.0 * ratio))


def test_a_clear_effect_takes_eight_pairs() -> None:
    found = compare(*batches(2.0, 0.05, seed=1), threshold=1.4)

    assert (found.verdict, len(found.pairs), found.dropped) == (Verdict.ABOVE, 8, 0)
    assert found.ratio == pytest.approx(2.0, rel=0.1)
    assert found.spread[0] < found.ratio < found.spread[1]
    assert found.medians[1] == pytest.approx(2 * found.medians[0], rel=0.1)


def test_no_effect_is_below_and_chance_is_unclear() -> None:
    assert compare(*batches(1.0, 0.05, seed=2), threshold=1.4).verdict is Verdict.BELOW
    unclear = compare(*batches(1.0, 0.3, seed=3), threshold=1.0)
    assert (unclear.verdict, len(unclear.pairs)) == (Verdict.UNCLEAR, 16)
    assert unclear.reason == "The ratios of 16 pairs lie on both sides of 1.00."


def test_every_other_pair_begins_with_b() -> None:
    order = []
    compare(
        lambda: order.append("A") or Half(1.0),  # type: ignore[func-returns-value]
        lambda: order.append("B") or Half(2.0),  # type: ignore[func-returns-value]
        threshold=1.4,
    )

    assert "".join(order) == "ABBA" * 4


def test_a_pair_with_unlike_neighbours_is_dropped() -> None:
    others = iter([0.0, 0.5] + [0.1] * 40)
    found = compare(*batches(2.0, 0.01, seed=4, other=lambda: next(others)), threshold=1.4)

    assert (found.verdict, len(found.pairs), found.dropped) == (Verdict.ABOVE, 8, 1)


def test_too_many_unlike_neighbours_are_unclear() -> None:
    turn = iter(range(1000))
    found = compare(*batches(2.0, 0.01, seed=5, other=lambda: 0.6 * (next(turn) % 2)), threshold=1.4)

    assert (found.verdict, found.dropped) == (Verdict.UNCLEAR, MOST_DROPPED + 1)
    assert "unlike amounts" in found.reason


def test_a_machine_that_is_too_busy_is_unclear_at_once() -> None:
    seen: list[Pair] = []
    found = compare(*batches(2.0, 0.01, seed=6, other=lambda: 1.5), threshold=1.4, tell=seen.append)

    assert (found.verdict, len(seen)) == (Verdict.UNCLEAR, 1)
    assert found.reason == "Other programs used 1.5 cores meanwhile."


def test_a_steady_figure_is_compared_beside_anything() -> None:
    turn = iter(range(1000))
    a, b = batches(2.0, 0.01, seed=7, other=lambda: 1.5 + 0.6 * (next(turn) % 2))
    found = compare(a, b, threshold=1.4, steady=True)

    assert (found.verdict, len(found.pairs), found.dropped) == (Verdict.ABOVE, 8, 0)


def test_the_rule_is_hardly_ever_wrong() -> None:
    """Ratios with the noise of a quiet machine: a factor of 1.35 at the 95th percentile."""
    wrong = unclear = 0
    for seed in range(400):
        effect = 2.0 if seed % 2 else 1.0
        verdict = compare(*batches(effect, 0.13, seed=seed), threshold=2**0.5).verdict
        right = Verdict.ABOVE if effect > 1 else Verdict.BELOW
        unclear += verdict is Verdict.UNCLEAR
        wrong += verdict not in (right, Verdict.UNCLEAR)
    assert (wrong, unclear <= 4) == (0, True)
