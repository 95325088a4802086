"""Admission: who comes when it is full is told so at once."""

import io
import threading

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from server.admission import Admission


class Slow:
    """An application that answers when it is told to."""

    def __init__(self):
        self.inside = threading.Semaphore(0)
        self.go_on = threading.Event()

    def __call__(self, _environ, start_response):
        self.inside.release()
        self.go_on.wait(10)
        start_response("200 OK", [])
        return [b"done"]


def ask(app, **request):
    parts, status, headers = run_wsgi_app(app, create_environ(**request))
    return status, headers, b"".join(parts)


def test_who_comes_when_it_is_full_is_refused_and_the_next_is_let_in_again():
    slow = Slow()
    app = Admission(slow, longest_body=100, most=2)
    threads = [threading.Thread(target=ask, args=[app]) for _ in range(2)]
    for thread in threads:
        thread.start()
        slow.inside.acquire()
    status, headers, body = ask(app)
    assert status.startswith("503")
    assert headers["Retry-After"] == "1"
    assert b"error" in body
    slow.go_on.set()
    for thread in threads:
        thread.join()
    assert ask(app)[0] == "200 OK"


def test_a_place_is_free_again_after_an_error():
    def broken(_environ, _start_response):
        raise RuntimeError

    app = Admission(broken, longest_body=100, most=1)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            ask(app)
    assert app.room.acquire(blocking=False)


def test_a_body_that_ends_too_early_is_refused():
    app = Admission(Slow(), longest_body=100)
    environ = create_environ(method="POST")
    environ |= {"wsgi.input": io.BytesIO(b'{"text": "a"}'), "CONTENT_LENGTH": "200"}
    _, status, _ = run_wsgi_app(app, environ)
    assert status.startswith("400")


def test_a_long_body_is_read_no_further_than_it_may_be(client):
    body = io.BytesIO(b" " * 10_000_000)
    answer = client.post("/messages", input_stream=body, content_length=10_000_000, content_type="application/json")
    assert answer.status_code == 413
    assert body.tell() <= 64 * 1024 + 1
