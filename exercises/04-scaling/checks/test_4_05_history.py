"""Step 4.5: reads that don't get slower with the length of the chat."""

from grader.check import check


@check("4.5", clause="stage 4")
def test_a_page_of_a_hundred_is_full_in_a_long_chat(crowded_chat):
    """A page of 100 messages of a long chat holds the newest messages."""
    assert crowded_chat.page(limit=100).ids == crowded_chat.newest(100)
