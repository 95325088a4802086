"""Step 4.9: more requests than the service can carry."""

from grader.check import check


@check("4.9", clause="stage 4")
def test_the_capacity_is_known(capacities):
    """`capacity.toml` holds the rate that twice as much is more than."""
    assert capacities.number("reads", "held") >= 1
