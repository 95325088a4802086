"""Step 1.10: a clean clone works after its `setup`."""

from grader.check import OK, check


@check("1.10", clause="K1")
def test_a_clean_clone_answers(cloned_service):
    """In a clean clone, after `setup`, the server starts and answers `GET /` with 200 and a body."""
    reply = cloned_service.get("/")

    assert reply.status in OK
    assert reply.body != b""


@check("1.10", clause="K1")
def test_a_clean_clone_leaves_rows(cloned_service, in_turn, growth):
    """In a clean clone, too, seven requests add exactly seven rows to some table."""
    with growth(cloned_service) as grown:
        in_turn(cloned_service, ["/", "/", "/?from=clone", "/", "/", "/?again", "/"])

    assert 7 in grown
