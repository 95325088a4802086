"""Step 3.12: secrets stay secret."""

from grader.check import check


@check("3.12", clause="stage 3")
def test_no_answer_holds_a_secret(leaks):
    """No answer to a valid, a forged or a senseless request holds a secret or an expected signature."""
    assert leaks.in_answers == ()


@check("3.12", clause="stage 3")
def test_no_output_holds_a_secret(leaks):
    """Nothing that the server prints, on stdout or stderr, holds a secret or an expected signature."""
    assert leaks.in_output == ()


@check("3.12", clause="stage 3")
def test_no_database_holds_a_secret(leaks):
    """The database holds no secret and no expected signature."""
    assert leaks.in_database == ()


@check("3.12", clause="stage 3")
def test_no_commit_holds_a_secret(repository_leaks):
    """No tracked file, in any commit, holds a secret that the kit made for this project."""
    assert repository_leaks == ()
