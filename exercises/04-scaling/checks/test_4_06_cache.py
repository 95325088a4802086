"""Step 4.6: a cache that is right and pays, or none."""

from grader.check import check


@check("4.6", clause="stage 4")
def test_the_default_of_the_cache_is_stated(answers):
    """`answers.toml` says whether there is a cache, and whether it is on by default."""
    assert answers.word("cache", "default", ("on", "off", "none")) != ""
