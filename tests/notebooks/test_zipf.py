"""The cache of notebook 5 that has little room."""

import pytest

from notebooks.support.zipf import hit_ratio

REQUESTS = 5000


def test_as_many_keys_as_there_is_room_always_hit():
    assert hit_ratio(50, 50, requests=REQUESTS) == 1


def test_where_all_keys_are_alike_the_hits_are_the_share_that_has_room():
    assert hit_ratio(1000, 100, exponent=0, requests=REQUESTS) == pytest.approx(0.1, abs=0.02)


def test_favourites_hit_more_often():
    assert hit_ratio(1000, 100, exponent=1, requests=REQUESTS) > 3 * hit_ratio(1000, 100, exponent=0, requests=REQUESTS)
