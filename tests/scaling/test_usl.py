"""The bounds and the fit of the Universal Scalability Law, on data whose law is known."""

import random
from math import sqrt

import pytest

from grader.scaling.usl import NoFit, Usl, bound, fit_usl

CLIENTS = (1, 2, 4, 8, 16, 32, 64)
LAWS = [
    (40.0, 0.0, 0.0),
    (43.0, 0.05, 0.0),
    (250.0, 0.02, 0.0005),
    (900.0, 0.3, 0.002),
    (1000.0, 0.0, 0.004),
    (5.0, 0.9, 0),
]


def points(rate, contention, coherence, noise=0.0, seed=0, clients=CLIENTS):
    law, draw = Usl(rate, contention, coherence, 64), random.Random(seed)
    return [(n, law(n) * (1 + draw.gauss(0, noise))) for n in clients]


@pytest.mark.parametrize("law", LAWS)
def test_without_noise_the_law_is_found(law):
    found = fit_usl(points(*law))

    assert (found.rate, found.contention, found.coherence) == pytest.approx(law, rel=1e-6, abs=1e-9)
    assert found.r_squared == pytest.approx(1)


@pytest.mark.parametrize("noise", [0.01, 0.03])
@pytest.mark.parametrize("law", LAWS[:5])
def test_with_noise_the_law_is_found_nearly(law, noise):
    rate, contention, coherence = law
    for seed in range(20):
        found = fit_usl(points(*law, noise, seed))

        assert found.rate == pytest.approx(rate, rel=0.1)
        assert found.contention == pytest.approx(contention, rel=0.1, abs=max(0.01, 4 * noise * (0.05 + contention)))
        assert found.coherence == pytest.approx(coherence, rel=0.1, abs=0.0005 + 0.1 * coherence)


def test_no_factor_is_negative_even_where_the_data_would_like_it():
    faster_than_linear = [(n, 10 * n**1.1) for n in CLIENTS]
    found = fit_usl(faster_than_linear)

    assert (found.contention, found.coherence) == (0, 0)
    assert found.rate > 0


def test_the_peak_is_where_more_clients_get_less():
    assert fit_usl(points(900, 0.3, 0.002)).peak == pytest.approx(sqrt(0.7 / 0.002))


@pytest.mark.parametrize("law", [(40, 0, 0), (43, 0.05, 0), (900, 0.01, 1e-6), (5, 1.0, 0.1)])
def test_where_no_peak_is_in_reach_none_is_named(law):
    assert Usl(*law, 64).peak is None


def test_the_law_says_nothing_far_beyond_what_was_measured():
    found = fit_usl(points(900, 0.3, 0.002, clients=(1, 2, 4, 8, 16)))

    assert found(32) > 0
    with pytest.raises(NoFit, match=r"^33 clients are more than twice the 16 that were measured\.$"):
        found(33)


@pytest.mark.parametrize("known", [[], [(1, 10), (2, 20)], [(1, 10), (1, 11), (2, 20), (2, 21)]])
def test_too_few_points_are_no_fit(known):
    with pytest.raises(NoFit, match=r"^The law has three unknowns, so points at 3 different numbers"):
        fit_usl(known)


@pytest.mark.parametrize("odd", [(0, 10), (-1, 10), (3, 0), (3, -1), (3, float("nan")), (float("inf"), 3)])
def test_what_is_no_measurement_is_no_fit(odd):
    with pytest.raises(NoFit, match=r"^Each point is a number of clients"):
        fit_usl([*points(40, 0, 0), odd])


def test_the_bounds_are_those_of_waiting_and_of_the_scarcest_thing():
    measured = {1: 43, 2: 85, 4: 171, 8: 342, 16: 417, 32: 413, 64: 412}

    assert [round(bound(n, 0.0231, 0.0024)) for n in CLIENTS] == [43, 87, 173, 346, 417, 417, 417]
    assert all(x == pytest.approx(bound(n, 0.0231, 0.0024), rel=0.05) for n, x in measured.items())
    with pytest.raises(NoFit, match=r"^A latency and a demand are more than 0 seconds\.$"):
        bound(1, 0, 0.1)
