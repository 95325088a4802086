"""Step 4.10: half reads, half writes, and what limits them."""

from grader.check import check


@check("4.10", clause="stage 4")
def test_the_limit_of_the_mix_is_named(answers):
    """`answers.toml` names what limits the mixed load, and three things to do next."""
    assert answers.word("mixed", "limiting") != ""
    assert answers.texts("mixed", "next_three") != ()
