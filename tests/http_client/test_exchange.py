import threading

import pytest

from grader.errors import Failed
from grader.http_client.client import HttpClient
from tests.rawserver import playing, read_request, say

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CLOSING = b"HTTP/1.1 405 Not So\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
TWO = [("POST", "/", b'{"a": 1}'), ("GET", "/", b"")]


def saying_in_turn(*answers):
    """Answer the requests on one connection, the first of which has been read already."""

    def script(connection, _over):
        for number, answer in enumerate(answers):
            if number:
                read_request(connection)
            connection.sendall(answer)

    return script


def test_bytes_are_sent_as_they_are_and_shown_so():
    data = b"GET / HTTP/1.0\r\nX: \xff\r\n\r\n"
    with playing(say(OK)) as server:
        reply = HttpClient(server.port).exchange(data)

    assert (reply.status, reply.body, server.received) == (200, b"hi", [data])
    assert reply.request == r"printf 'GET / HTTP/1.0\015\012X: \377\015\012\015\012' | nc 127.0.0.1 5000"


def test_a_body_in_chunks_has_no_length():
    with playing(say(OK)) as server:
        reply = HttpClient(server.port).request("POST", "/", body=b"hello", headers={"transfer-encoding": "chunked"})

    assert server.received[0].lower().count(b"content-length") == 0
    assert b"transfer-encoding: chunked\r\n\r\n" in server.received[0]
    assert reply.request.startswith("curl -i -X POST -H 'transfer-encoding: chunked'")


def test_two_requests_share_a_connection_that_stays_open():
    with playing(saying_in_turn(OK, OK)) as server:
        replies = HttpClient(server.port).exchange_on_one(TWO)

    assert [reply.code for reply in replies] == [200, 200]
    assert len(server.received) == 1
    assert replies[1].request.count(" --next -i ") == 1


@pytest.mark.parametrize("first", [CLOSING, OK], ids=["announced", "unannounced"])
def test_a_connection_that_the_server_ends_is_replaced(first):
    with playing(say(first)) as server:
        replies = HttpClient(server.port).exchange_on_one(TWO)

    assert [reply.body for reply in replies] == [first[-2:]] * 2
    assert len(server.received) == 2


def test_what_is_left_of_one_answer_spoils_the_next():
    with playing(saying_in_turn(OK + b"and more", OK)) as server, pytest.raises(Failed) as caught:
        HttpClient(server.port).exchange_on_one(TWO)

    assert caught.value.actual == 'something that is not HTTP: "and moreHTTP/1.1 200 OK"'


def test_pieces_arrive_one_by_one():
    seen = threading.Event()
    between = []

    def script(connection, _over):
        seen.set()
        connection.sendall(OK)

    with playing(script) as server:
        pieces = [b"GET / HT", b"TP/1.1\r\n", b"\r\n"]
        reply = HttpClient(server.port).exchange_in_pieces(pieces, lambda: between.append(seen.is_set()))

    assert (reply.status, between, server.received) == (200, [False, False], [b"".join(pieces)])
    assert reply.request.count("; sleep 1; ") == 2
