"""Step 1.10: somebody else clones the repository, follows `setup`, and it works."""

from grader.check import OK, check


@check("1.10", clause="K1")
def test_a_clean_clone_answers(cloned_service):
    """Cloned into an empty place and set up, the server starts, and `GET /` answers 200 with a body."""
    reply = cloned_service.get("/")

    assert reply.status in OK
    assert reply.body != b""


@check("1.10", clause="K1")
def test_a_clean_clone_leaves_rows(cloned_service, in_turn, growth):
    """In the clone, too, seven requests leave exactly seven more rows in some table."""
    with growth(cloned_service) as grown:
        in_turn(cloned_service, ["/", "/", "/?from=clone", "/", "/", "/?again", "/"])

    assert 7 in grown
