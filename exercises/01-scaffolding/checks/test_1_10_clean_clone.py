"""Step 1.10: server and client of a clean clone work after its `setup`, with nothing but what it installs."""

from grader.check import OK, check, words


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


@check("1.10", clause="K1")
def test_a_clean_clones_client_prints_the_body(cloned_client, answering):
    """In a clean clone, after `setup`, `ping` prints the body of the answer and exits with 0."""
    body = words()

    run = cloned_client("ping", server_url=answering(body).url)

    assert body in run.stdout
    assert run.exit_code == 0
