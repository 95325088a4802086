"""Step 4.7: what limits the writes, and the promises that hold meanwhile."""

from grader.check import check


@check("4.7", clause="stage 4")
def test_the_limit_of_the_writes_is_named(answers):
    """`answers.toml` names what limits the writes."""
    assert answers.word("writes", "limiting") != ""
