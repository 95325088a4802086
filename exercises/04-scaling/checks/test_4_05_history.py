"""Step 4.5: reads that don't get slower with the length of the chat."""

from grader.check import check


@check("4.5", clause="stage 4", timed=True)
def test_a_page_takes_as_long_in_a_long_chat(histories):
    """With 64,000 messages, a page of 20 takes at most twice as long as with 1,000."""
    assert histories.wait_for_page(limit=2) <= 2


@check("4.5", clause="stage 4", timed=True)
def test_the_newest_since_a_time_take_as_long_in_a_long_chat(histories):
    """With 64,000 messages, the ten that came `since` a time take at most twice as long as with 1,000."""
    assert histories.wait_for_recent(limit=2) <= 2


@check("4.5", clause="stage 4", timed=True)
def test_one_message_takes_as_long_in_a_long_chat(histories):
    """With 64,000 messages, one of them with its replies takes at most twice as long as with 1,000."""
    assert histories.wait_for_one(limit=2) <= 2


@check("4.5", clause="stage 4", timed=True)
def test_a_message_more_costs_little(histories):
    """A page of 100 messages takes at most 2.7 times as long as a page of 20."""
    assert histories.wait_for_long_page(limit=2.7) <= 2.7
