"""Step 1.5: a client that asks the server and prints the answer."""

import pytest

from grader.check import check, words


@pytest.mark.parametrize("slash", ["", "/"], ids=["without-slash", "with-slash"])
@check("1.5", clause="stage 1")
def test_ping_asks_for_root(client, answering, slash):
    """`ping` sends `GET /` to `SERVER_URL`, with or without a slash at its end."""
    server = answering(words())

    run = client("ping", server_url=server.url + slash)

    assert "GET /" in server.asked(run.request)


@pytest.mark.parametrize("slash", ["", "/"], ids=["without-slash", "with-slash"])
@check("1.5", clause="stage 1")
def test_ping_prints_the_body(client, answering, slash):
    """`ping` prints the body of the answer, in any alphabet, and exits with 0."""
    body = f"  {words()} – žluťoučký κόσμος 🐎\t{words()}  \n "

    run = client("ping", server_url=answering(body).url + slash)

    assert body in run.stdout
    assert run.exit_code == 0


@pytest.mark.parametrize("in_chunks", [False, True], ids=["in-one-piece", "in-chunks"])
@check("1.5", clause="stage 1")
def test_ping_prints_all_of_a_long_body(client, answering, long_body, in_chunks):
    """`ping` prints all lines of a body of 1 MiB, with every blank, `*` and `%s` in them, in one piece or in chunks."""
    run = client("ping", server_url=answering(long_body, in_chunks=in_chunks).url)

    assert long_body in run.stdout
    assert run.exit_code == 0
