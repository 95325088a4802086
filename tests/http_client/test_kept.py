"""A connection that is kept: what comes on it, when it is opened anew, and what is said when nothing comes."""

import time

import pytest

from grader.errors import Failed, TooLate
from grader.http_client.kept import KeptConnection
from grader.system.ports import refusing
from tests.rawserver import playing, read_request, say, say_and_stay, stay

HELLO = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"


def keeping(*answers):
    """Answer one request after the other on each connection, and end it when all are given."""

    def script(connection, _over):
        for number, answer in enumerate(answers):
            if number and not read_request(connection):
                return
            connection.sendall(answer)

    return script


def ask(script, patience=0.25, **more):
    with playing(script) as server, KeptConnection(server.port, patience=patience, **more) as connection:
        return connection.get("/")


def failure(script, kind=Failed, **more):
    with pytest.raises(Failed) as caught:
        ask(script, **more)
    assert type(caught.value) is kind
    assert caught.value.expected == "an answer"
    assert caught.value.request == "curl -i 'http://127.0.0.1:5000/'"
    return caught.value.actual


@pytest.mark.parametrize(
    "answer",
    [
        HELLO,
        HELLO.replace(b"\r\n", b"\n"),
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + HELLO,
    ],
)
def test_what_is_http_is_understood(answer):
    answer = ask(say(answer))

    assert (answer.code, answer.content, answer.reply.body) == (200, b"hello", b"hello")
    assert answer.reply.summary.startswith("200 OK, ")
    assert 0 < answer.seconds < 5


def test_an_answer_without_a_body_ends_with_its_head():
    assert ask(say_and_stay(b"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n")).headers == {"x": "y"}


def test_requests_go_over_one_connection_as_long_as_the_server_keeps_it():
    with playing(keeping(HELLO, HELLO, HELLO)) as server, KeptConnection(server.port) as connection:
        contents = [connection.get("/").content for _ in range(4)]

    assert contents == [b"hello"] * 4
    assert len(server.received) == 2  # the first three came on one connection


@pytest.mark.parametrize(
    "answer", [HELLO.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), HELLO.replace(b"HTTP/1.1", b"HTTP/1.0")]
)
def test_a_server_that_says_so_gets_a_new_connection(answer):
    with playing(say_and_stay(answer)) as server, KeptConnection(server.port) as connection:
        connection.get("/")
        connection.get("/")

        assert len(server.received) == 2


def test_each_request_may_have_a_connection_of_its_own():
    with playing(keeping(HELLO, HELLO)) as server, KeptConnection(server.port, keep=False) as connection:
        connection.get("/")
        connection.get("/")

        assert [b"Connection: close" in head for head in server.received] == [True, True]


def test_a_client_can_have_another_address():
    peers = []

    def script(connection, _over):
        peers.append(connection.getpeername()[0])
        connection.sendall(HELLO)

    ask(script, source="127.0.0.1")

    assert peers == ["127.0.0.1"]


def test_a_value_is_sent_as_json_with_its_headers():
    with playing(say(HELLO)) as server, KeptConnection(server.port) as connection:
        connection.post("/messages", {"text": "hi"}, {"X-Name": "y"})

        assert b"\r\nX-Name: y\r\n" in server.received[0]
        assert server.received[0].endswith(b'\r\n\r\n{"text": "hi"}')


def test_a_request_can_be_sent_in_two_parts():
    with playing(say(HELLO)) as server, KeptConnection(server.port) as connection:
        began = time.monotonic()
        answer = connection.ask_slowly(connection.written("POST", "/", b"12345678"), 60, 0.2)

        assert server.received[0].endswith(b"12345678")
        assert time.monotonic() - began >= 0.2 <= answer.seconds


def test_a_server_that_never_answers_is_too_late():
    assert failure(stay, TooLate) == "no complete answer within 0 s"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "the connection was closed without an answer"),
        (HELLO[:-2], "the connection was closed in the middle of the answer"),
        (b"hello\r\n\r\n", "an answer that is not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "an answer that is not valid HTTP"),
    ],
)
def test_what_is_no_answer_is_said_in_one_sentence(answer, said):
    assert failure(say(answer)) == said


def test_a_port_without_a_server_is_said():
    with refusing() as port, KeptConnection(port) as connection, pytest.raises(Failed) as caught:
        connection.get("/")

    assert caught.value.actual == "no answer (connection refused)"


def test_an_endless_answer_is_given_up():
    huge = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * (33 * 1024 * 1024)

    assert failure(say_and_stay(huge), patience=20) == "an answer of more than 32 MiB"
