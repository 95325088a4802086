"""Step 4.10: half reads, half writes, and what limits them."""

from grader.check import check


@check("4.10", clause="stage 4")
def test_the_numbers_fit_no_other_limit(judgement):
    """The numbers exclude every other limit of the mix."""
    assert judgement("mixed").rivals == ()


@check("4.10", clause="stage 4")
def test_three_things_come_next(answers):
    """`answers.toml` names three things to do next."""
    assert answers.texts("mixed", "next_three").length >= 3


@check("4.10", clause="stage 4")
def test_the_list_is_written(written_list):
    """`DECISIONS.md` has the list that the brief asks for."""
    assert written_list >= 300


@check("4.10", clause="stage 4", timed=True)
def test_the_interval_is_right(capacity):
    """The interval for the mix in `capacity.toml` and the kit's own lie at most a factor of 1.5 apart."""
    assert capacity("mixed").distance <= 1.5


@check("4.10", clause="stage 4", timed=True)
def test_the_reason_is_right(capacity):
    """The objective for the mix broke for the reason that `broke_because` names."""
    assert capacity("mixed").unexplained == ()


@check("4.10", clause="stage 4")
def test_the_commit_is_known(unknown_commit):
    """The commit whose mix was measured is in the project's repository."""
    assert unknown_commit("mixed") == ()


@check("4.10", clause="stage 4", timed=True)
def test_the_numbers_are_right(judgement):
    """The numbers that show what limits the mix are right within a factor of 1.6."""
    assert judgement("mixed").wrong_numbers == ()


@check("4.10", clause="stage 4", timed=True)
def test_the_numbers_fit_the_limit(judgement):
    """None of the numbers speaks against the limit that `answers.toml` names for the mix."""
    assert judgement("mixed").contradictions == ()
