"""Step 1.7: every request leaves a row that another program can see."""

from grader.check import OK, check, words


@check("1.7", clause="stage 1")
def test_each_request_leaves_one_row(service, in_turn, growth):
    """Seven requests for `/`, two of them with a query string, add exactly seven rows to some table."""
    with growth(service) as grown:
        replies = in_turn(service, ["/", "/", f"/?from={words()}'s", "/", "/", f"/?{words()}", "/"])

    assert replies.statuses == OK
    assert 7 in grown
