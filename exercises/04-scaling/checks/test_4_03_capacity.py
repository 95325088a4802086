"""Step 4.3: the capacity for reads, as an interval."""

from grader.check import check


@check("4.3", clause="stage 4")
def test_the_capacity_for_reads_is_an_interval(capacities):
    """`capacity.toml` holds a rate of reads that the service held, and what a person makes of it."""
    assert capacities.number("reads", "held") >= 1
    assert capacities.word("reads", "sentence") != ""
