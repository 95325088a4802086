"""Step 4.2: what the generator can do at most, and whether it is the limit of a capacity."""

import pytest

from grader.check import check


@check("4.2", clause="stage 4", timed=True)
def test_the_generator_is_named_where_it_is_the_limit(generator_bound):
    """`bound` in `answers.toml` says whether any capacity in `capacity.toml` is the limit of the generator."""
    assert generator_bound == ()


@pytest.mark.parametrize("kind", ["http_user", "fast_http_user"])
@check("4.2", clause="stage 4", timed=True)
def test_the_ceilings_are_right(generator_claim, kind):
    """The ceilings of Locust's two classes of users in `answers.toml` are right within a factor of 2."""
    assert generator_claim(kind) <= 2
