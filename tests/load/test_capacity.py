"""The search for a capacity, on services that are a function: the rate goes in, held or not comes out."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from grader.learner.capacity_lines import interval
from grader.load.capacity import WIDTH, Capacity, Judged, Search, rate_at
from grader.load.capacity_search import CapacitySearch, Timing
from grader.load.measurement import Load, Probe
from grader.load.slo import Slo

NO_LOAD = cast("Load", SimpleNamespace(ended=False, answers=lambda: True))


def probe_of(rate: float, *, because: str | None, bound: bool = False) -> Judged:
    achieved = 0.0 if because else rate
    return Judged(
        Probe(None, rate, achieved, 1.0, 2.0, 3.0, 0, 0.5, 0.1, 0.0, planned=9, generator_bound=bound), because
    )


def search(limit: float, start: float, *, generator: float = 1e9) -> Capacity:
    def probe(rate: float) -> Judged:
        return probe_of(rate, because="latency" if rate > min(limit, generator) else None, bound=rate > generator)

    return Search(probe).run(start)


@pytest.mark.parametrize("limit", [3.0, 26.0, 60.0, 437.0, 4000.0])
@pytest.mark.parametrize("start", [1.0, 25.0, 200.0, 6000.0])
def test_the_limit_lies_inside_a_narrow_interval(limit: float, start: float) -> None:
    found = search(limit, start)

    assert found.broke is not None
    assert found.held <= limit < found.broke <= 1.01 * WIDTH * found.held
    assert (found.because, found.done) == ("latency", True)


def test_a_service_that_never_holds_is_given_up() -> None:
    found = search(0.0, 25.0)

    assert (found.held, found.because, found.done) == (0.0, "latency", True)
    assert found.broke is not None
    assert found.broke < 1


def test_below_a_lowest_rate_nothing_is_tried() -> None:
    found = Search(lambda rate: probe_of(rate, because="latency")).run(400.0, lowest=50.0)

    assert (found.held, found.broke, found.done) == (0.0, 50.0, True)


def test_one_bad_moment_is_forgiven_and_two_are_not() -> None:
    moments = itertools.count()

    def probe(rate: float) -> Judged:
        return probe_of(rate, because="latency" if rate > 100 or next(moments) == 1 else None)

    found = Search(probe).run(25.0)

    assert found.held <= 100 < (found.broke or 0)
    tried = [judged.probe.offered for judged in found.probes]
    assert tried[1] == tried[2] == 50.0
    assert tried.count(200.0) == 2


def tries_at_200(*failures: int, third: bool = True) -> Capacity:
    """Search a service that holds 100/s and fails at 200/s so often, one number for each try, and never after them."""
    moments = iter(failures)

    def probe(rate: float) -> Judged:
        failed = next(moments, 0) if rate == 200.0 else int(rate > 200.0)
        judged = probe_of(rate, because="failures" if failed else None)
        return replace(judged, probe=replace(judged.probe, failed=failed))

    return Search(probe, third=lambda: third).run(100.0)


def test_where_two_tries_fail_very_differently_a_third_decides() -> None:
    forgiven, failed_thrice = tries_at_200(385, 73), tries_at_200(385, 73, 80)

    assert forgiven.held == 200.0
    assert failed_thrice.held < 200.0
    assert [judged.probe.failed for judged in failed_thrice.probes[1:4]] == [385, 73, 80]


def test_without_time_for_a_third_try_two_decide() -> None:
    found = tries_at_200(385, 73, third=False)

    assert found.held < 200.0
    assert found.done
    assert [judged.probe.offered for judged in found.probes].count(200.0) == 2


@pytest.mark.parametrize(("seconds", "tries"), [(60.0, 3), (0.0, 2)])
def test_a_rate_is_tried_a_third_time_only_early_in_a_search(
    monkeypatch: pytest.MonkeyPatch, seconds: float, tries: int
) -> None:
    failures = iter((385, 73))

    def probe(_: CapacitySearch, rate: float) -> Judged:
        failed = next(failures, 0)
        judged = probe_of(rate, because="failures" if failed else None)
        return replace(judged, probe=replace(judged.probe, failed=failed))

    monkeypatch.setattr(CapacitySearch, "probe", probe)
    searching = CapacitySearch(NO_LOAD, "reads", Slo(), timing=Timing(third_within=seconds))
    searching.search.run(200.0)

    offered = [judged.probe.offered for judged in searching.search.found.probes]
    assert offered.count(200.0) == tries


def test_two_tries_that_fail_alike_are_enough() -> None:
    found = tries_at_200(385, 150)

    assert found.held < 200.0
    assert [judged.probe.offered for judged in found.probes].count(200.0) == 2


def test_where_the_generator_is_the_limit_the_result_says_at_least() -> None:
    found = search(5000.0, 100.0, generator=900.0)

    assert (found.held, found.broke, found.because) == (800.0, None, "generator")


def test_where_the_generator_is_the_limit_at_once_lower_rates_are_tried() -> None:
    found = search(5000.0, 100.0, generator=60.0)

    assert (found.held, found.broke, found.because, found.done) == (50.0, None, "generator", True)


def test_below_the_limit_of_the_generator_the_service_has_one_of_its_own() -> None:
    found = search(20.0, 100.0, generator=60.0)

    assert found.held <= 20.0 < (found.broke or 0.0) <= 1.01 * WIDTH * found.held
    assert found.because == "latency"


def test_a_generator_that_is_the_limit_at_every_rate_leaves_the_capacity_unknown() -> None:
    found = search(5000.0, 100.0, generator=0.1)

    assert (found.held, found.broke, found.because, found.done) == (0.0, None, "generator", True)
    assert interval(found).startswith("Capacity: unknown. The generator was the limit at every rate")


def test_rates_are_round_figures_of_one_grid() -> None:
    assert [rate_at(notch) for notch in (-3, 0, 1, 2, 3, 4, 12)] == [12.5, 25.0, 31.5, 39.7, 50.0, 63.0, 400.0]


def test_a_search_that_is_interrupted_keeps_what_it_learned() -> None:
    told = []

    def tell(rate: float) -> None:
        told.append(rate)
        if len(told) == 4:
            raise KeyboardInterrupt

    searching = Search(lambda rate: probe_of(rate, because=None), tell)
    with pytest.raises(KeyboardInterrupt):
        searching.run(25.0)

    assert (searching.found.held, searching.found.broke, searching.found.done) == (100.0, None, False)


def test_intervals_of_noisy_searches_overlap() -> None:
    """Three searches of a service whose probes decide by a limit that moves by 6 % from probe to probe."""
    apart = 0
    for seed in range(200):
        draw = random.Random(seed)

        def probe(rate: float, draw: random.Random = draw) -> Judged:
            return probe_of(rate, because="latency" if rate > 400 * draw.lognormvariate(0, 0.06) else None)

        intervals = [Search(probe).run(draw.uniform(50, 150)) for _ in range(3)]
        apart += any(
            one.held > (two.broke or 0) or two.held > (one.broke or 0)
            for one, two in itertools.combinations(intervals, 2)
        )
    assert apart <= 4
