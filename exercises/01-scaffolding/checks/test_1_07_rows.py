"""Step 1.7: every request leaves a trace that somebody else can see."""

from grader.check import OK, check, words


@check("1.7", clause="stage 1")
def test_each_request_leaves_one_row(service, in_turn, growth):
    """Seven requests for `/`, two of them with a query string, leave exactly seven more rows in some table."""
    with growth(service) as grown:
        replies = in_turn(service, ["/", "/", f"/?from={words()}'s", "/", "/", f"/?{words()}", "/"])

    assert replies.statuses == OK
    assert 7 in grown
