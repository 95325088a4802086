"""What clients of a limited service met: how windows are counted, and what `Retry-After` may be."""

import time
from email.utils import formatdate

import pytest

from grader.http_client.exchange import as_bytes
from grader.http_client.kept import Answer
from grader.scaling import retry_after
from grader.scaling.senders import Posted, has_address, most_accepted

EXCHANGE = as_bytes(b"POST / HTTP/1.1\r\n\r\n", "curl")


def posted(sent, received=None, code=201):
    head = f"HTTP/1.1 {code} X\r\n\r\n".encode()
    return Posted("text", Answer(code, head, b"", EXCHANGE, sent, sent + 0.01 if received is None else received))


def refused(value):
    head = f"HTTP/1.1 429 X\r\n{value}\r\n\r\n".encode()
    return Answer(429, head, b"", EXCHANGE, time.monotonic(), time.monotonic())


def test_a_window_may_begin_with_any_message():
    sent = [posted(at) for at in (0, 4, 4.5, 6, 8.9, 8.95, 20)]

    assert most_accepted(sent, 5) == 5
    assert most_accepted(sent[:2], 5) == 2
    assert most_accepted([], 5) == 0


def test_only_what_was_accepted_counts():
    assert most_accepted([posted(0), posted(1, code=429), posted(2, code=503), posted(3, code=200)], 5) == 2


def test_what_was_answered_after_the_window_may_have_been_accepted_after_it():
    assert most_accepted([posted(0), posted(4.9, 5.1)], 5) == 1


@pytest.mark.parametrize(
    ("header", "least", "most"), [("Retry-After: 3", 2.9, 3), ("retry-after: 0", 0, 0), ("RETRY-AFTER:  12 ", 11.9, 12)]
)
def test_whole_seconds_are_read(header, least, most):
    assert least <= retry_after.seconds_to_wait(refused(header)) <= most
    assert retry_after.fault(refused(header)) == ""


def test_a_date_is_read():
    answer = refused(f"Retry-After: {formatdate(time.time() + 10, usegmt=True)}")

    assert 8 < retry_after.seconds_to_wait(answer) <= 10
    assert retry_after.seconds_to_wait(refused("Retry-After: Thu, 01 Jan 2026 00:00:00 GMT")) == 0


@pytest.mark.parametrize(
    "value", ["", "soon", "1.5", "-1", "5s", "2026-01-02T00:00:00Z", "Thu, 99 Jan 2026 00:00:00 GMT"]
)
def test_what_is_neither_is_said(value):
    assert retry_after.seconds_to_wait(refused(f"Retry-After: {value}")) is None
    assert retry_after.fault(refused(f"Retry-After: {value}")) == f"Retry-After: {value}"


def test_a_refusal_without_the_header_is_said():
    assert retry_after.fault(refused("X: y")) == "no Retry-After"


def test_an_address_of_another_machine_is_not_ours():
    assert has_address("127.0.0.1")
    assert not has_address("192.0.2.1")
