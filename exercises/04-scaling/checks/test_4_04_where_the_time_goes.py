"""Step 4.4: where the time of a request goes."""

from grader.check import check


@check("4.4", clause="stage 4")
def test_five_functions_are_named(answers):
    """`answers.toml` names the five functions with the most time of their own."""
    assert answers.texts("profile", "top_five") != ()
