"""Step 4.2: what the generator can do at most."""

from grader.check import check


@check("4.2", clause="stage 4")
def test_the_ceilings_are_written_down(answers):
    """`answers.toml` holds the ceilings of both user classes of Locust, and of the two the fast one is the higher."""
    assert answers.number("generator", "http_user") <= answers.number("generator", "fast_http_user")
