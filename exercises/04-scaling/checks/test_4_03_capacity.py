"""Step 4.3: the capacity for reads, as an interval."""

from grader.check import check


@check("4.3", clause="stage 4")
def test_the_capacity_has_a_sentence(capacities):
    """`capacity.toml` says in a sentence of the learner what happens to reads above the limit, and why."""
    assert capacities.word("reads", "sentence") != ""


@check("4.3", clause="stage 4")
def test_the_commit_is_known(unknown_commit):
    """The commit that was measured is in the project's repository."""
    assert unknown_commit("reads") == ()


@check("4.3", clause="stage 4", timed=True)
def test_the_interval_is_right(capacity):
    """The interval for reads and the kit's own lie at most a factor of 1.5 apart."""
    assert capacity("reads").distance <= 1.5


@check("4.3", clause="stage 4", timed=True)
def test_the_reason_is_right(capacity):
    """The objective broke for the reason that `broke_because` names."""
    assert capacity("reads").unexplained == ()
