"""A client that posts huge bodies again and again: the kit keeps a part, and says so."""

import contextlib
import socket
import threading

import pytest

from grader.client import arriving
from grader.client.scripted_chat import ScriptedChat
from grader.client.scripted_server import MOST_KEPT, TOO_MUCH, Answer, scripted
from grader.system.process import wait_until

POST = b"POST /messages HTTP/1.1\r\nContent-Length: %d\r\n\r\n"


def say(server, *parts):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def post(server, size):
    body = b'{"text": "' + b"x" * (size - 12) + b'"}'
    return say(server, POST % len(body), body)


def test_what_a_server_keeps_of_huge_posts_has_a_limit():
    with scripted(Answer.text("fine")) as server:
        answers = [post(server, arriving.LARGEST_BODY) for _ in range(MOST_KEPT // arriving.LARGEST_BODY + 2)]

        assert sum(len(request.body) for request in server.requests) <= MOST_KEPT
        assert server.posts("client send").count("POST /messages") == len(server.requests) == len(answers) - 3
        assert server.posts("client send")[-1] == server.asked("client send")[-1] == TOO_MUCH
    assert answers[0].startswith(b"HTTP/1.1 200 ")
    assert answers[-1].startswith(b"HTTP/1.1 503 ")
    assert answers[-1].endswith(TOO_MUCH.encode())


def test_small_posts_count_as_well(monkeypatch):
    monkeypatch.setattr("grader.client.scripted_server.MOST_KEPT", 10_000)
    with scripted(Answer.text("fine")) as server:
        for _ in range(20):
            post(server, 20)

        assert 0 < len(server.requests) < 10


def test_a_chat_takes_no_message_that_the_server_does_not_keep():
    with contextlib.closing(ScriptedChat()) as chat:
        for _ in range(MOST_KEPT // arriving.LARGEST_BODY + 2):
            post(chat.server, arriving.LARGEST_BODY)

        assert sum(len(message.text) for message in chat.messages) <= MOST_KEPT


def test_a_crowd_of_half_bodies_is_read_a_few_at_a_time(monkeypatch):
    monkeypatch.setattr(arriving, "AT_ONCE", threading.BoundedSemaphore(2))
    with scripted(Answer.text("fine")) as server, contextlib.ExitStack() as halves:
        for _ in range(2):
            half = halves.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            half.sendall(POST % 5 + b"half")
        assert wait_until(lambda: arriving.AT_ONCE._value == 0, 10)

        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as other:
            other.sendall(POST % 4 + b"full")
            other.settimeout(0.3)
            with pytest.raises(TimeoutError):
                other.recv(10)

            half.sendall(b"!")
            other.settimeout(10)
            assert other.recv(12) == b"HTTP/1.1 200"
