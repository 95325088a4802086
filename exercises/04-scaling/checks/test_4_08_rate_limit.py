"""Step 4.8: a limit for the writes of each client."""

from grader.check import check


@check("4.8", clause="stage 4")
def test_a_flood_is_refused(flooded):
    """With `RATE_LIMIT=20/5`, of 60 messages sent at once by one client, some are refused with 429."""
    assert 429 in flooded.statuses
