"""Step 3.6: the same event comes at the same moment, and is one message."""

from grader.check import check


@check("3.6", clause="stage 3")
def test_at_once_while_the_database_is_held(raced):
    """Four deliveries of one event at once, while the database is locked, get four successes and are one message."""
    seen = raced(locked=[0.3, 0.3, 0.3, 0.3, 1.6])

    assert seen.refused == ()
    assert seen.wrong == ()


@check("3.6", clause="stage 3")
def test_at_once_in_twenty_rounds(raced):
    """Four deliveries of one event at once get four successes and are one message, which is listed at once."""
    seen = raced(locked=[0] * 20)

    assert seen.refused == ()
    assert seen.wrong == ()
