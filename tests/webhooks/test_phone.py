import json
import time
from contextlib import nullcontext

import pytest

from grader.assertions.expected import DELIVERED
from grader.errors import Failed
from grader.http_client.reply import Reply
from grader.webhooks import twilio
from grader.webhooks.phone import Phone
from grader.webhooks.race import race

LISTENING = """
import json, os, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

messages, seen, lock = [], set(), threading.Lock()

def accept(form):
    {accept}

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("latin-1")
        with open("asked", "a") as asked:
            asked.write(json.dumps([self.path, dict(self.headers), body]) + "\\n")
        form = {"Body": "", "MessageSid": "", **dict(parse_qsl(body, keep_blank_values=True))}
        with lock:
            status = accept(form)
        self.answer(status, "text/xml", b"<Response/>")

    def do_GET(self):
        if "?MessageSid=" in self.path:
            return self.answer(405, "text/plain", self.path.encode())
        listed = [dict(id=str(number), text=text, author=author) for number, (text, author) in enumerate(messages)]
        self.answer(200, "application/json", json.dumps(dict(messages=listed[::-1][:100], next=None)).encode())

    def answer(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass

ThreadingHTTPServer.request_queue_size = 32
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
"""A server of the standard library that lets `accept(form)` decide the status, and writes down what came."""

ONCE = """
    if form["MessageSid"] not in seen:
        seen.add(form["MessageSid"])
        messages.append((form["Body"], form.get("From", "")[:9]))
    return 200
"""
ALWAYS = """
    messages.append((form["Body"], form.get("From", "")[:9]))
    return 200
"""
ONLY_THE_FIRST = """
    if form["MessageSid"] in seen:
        return 409
    seen.add(form["MessageSid"])
    messages.append((form["Body"], form.get("From", "")[:9]))
    return 200
"""


@pytest.fixture
def phone(service):
    """Give a telephone for a service whose function `accept` has these lines: `phone("return 200")`."""

    def make(accept=ONCE):
        made = service(LISTENING.replace("{accept}", accept.strip()))
        made.start()
        return Phone(made, "12345")

    return make


def asked(phone):
    text = (phone.service.project.folder / "asked").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_a_text_is_delivered_signed_and_found(phone):
    one = phone()

    sent = one.text("žluť & 🐎 ")

    [(path, headers, body)] = asked(one)
    assert sent.fields["text"] == "žluť & 🐎 "
    assert path == "/webhooks/twilio"
    assert headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert "Body=%C5%BElu%C5%A5+%26+%F0%9F%90%8E+" in body
    assert len(headers["X-Twilio-Signature"]) == 28


def test_the_public_url_and_the_query_are_signed_and_only_the_query_is_sent(phone):
    one = phone()
    far = Phone(one.service, "12345", "https://chat.example.test")
    message = far.write("hello")

    far.deliver(message, query="a=%7e&b=+")

    [(path, headers, _)] = asked(one)
    assert path == "/webhooks/twilio?a=%7e&b=+"
    url = "https://chat.example.test/webhooks/twilio?a=%7e&b=+"
    assert headers["X-Twilio-Signature"] == twilio.signature("12345", url, message)


def test_a_delivery_can_be_unsigned_or_signed_otherwise(phone):
    one = phone()
    message = one.write("hello")

    one.deliver_unsigned(message)
    one.deliver(message, signed="")
    one.deliver(message, signed="nonsense")
    one.deliver_raw(b"\xff")

    signed = [headers.get("X-Twilio-Signature") for _, headers, _ in asked(one)]
    assert signed[:3] == [None, "", "nonsense"]
    assert signed[3] == twilio.signature("12345", f"{one.service.url}/webhooks/twilio", ())


def test_a_text_that_is_refused_or_not_listed_is_one_sentence(phone):
    with pytest.raises(Failed) as refused:
        phone("return 500").text("hello")
    assert refused.value.actual.startswith("500 ")
    assert refused.value.expected == "200 with TwiML, or 204"


def test_a_text_that_was_changed_is_not_the_one_that_was_sent(phone):
    with pytest.raises(Failed) as changed:
        phone('messages.append((form["Body"].strip(), "")); return 200').text(" hello ")
    assert changed.value.actual.startswith(
        "no new message with that text in GET /messages; the newest has the text 'hello'"
    )


def test_a_text_is_timed_around_its_answer_alone(phone):
    one = phone('messages.append((form["Body"], "")); __import__("time").sleep(0.2); return 200')
    begun = time.time()

    timed = one.text_timed("hello")

    assert begun <= timed.begun <= timed.ended - 0.2
    assert timed.message.text == "hello"


@pytest.mark.parametrize("text", ["", " ", "\t", " \r\n "])
def test_messages_that_say_nothing_are_listed(phone, text):
    one = phone()
    one.deliver(one.write(text))
    known = one.text("hello")
    assert one.blank_above(known.id) == ()

    one.deliver(one.write(text))

    assert one.blank_above(known.id) == (f"{text!r}, id 2",)


def test_a_text_that_was_there_before_is_not_the_one_that_was_sent(phone):
    one = phone('messages or messages.append((form["Body"], "")); return 200')
    one.text("hello")

    with pytest.raises(Failed) as caught:
        one.text("hello")

    assert caught.value.actual == "no new message with that text in GET /messages"


def test_other_numbers_differ_where_they_should(phone):
    one = phone()

    other, neighbour = one.other(same_ending=4), one.neighbour()

    assert other.number != one.number
    assert other.number[-4:] == one.number[-4:]
    assert neighbour.number[:-1] == one.number[:-1]
    assert neighbour.number != one.number


def test_numbers_in_a_row_are_always_the_same(phone):
    one = phone()

    assert [each.number for each in one.in_a_row(2)] == ["+12025550000", "+12025550001"]
    assert one.in_a_row(1)[0].token == one.token


def test_authors_that_several_numbers_share_are_listed(phone):
    one = phone()

    assert one.shared_authors(1) == ()
    assert one.shared_authors(3) == ("'+12025550' for 3 numbers",)


def test_others_have_to_be_accepted(phone):
    one = phone()
    assert one.deliver_others(3).count == 3

    with pytest.raises(Failed, match="409"):
        phone("return 409").deliver_others(3)


def test_a_message_is_sent_as_a_query_or_with_another_value_or_with_more_headers(phone):
    one = phone()
    message = one.write("a b")

    refused = one.get_unsigned(message)
    one.deliver(one.changed(message, "From", ""), headers={"X-Forwarded-Proto": "http"})

    assert refused.code == 405
    assert b"Body=a%20b" in refused.content
    [(_, headers, body)] = asked(one)
    assert "&From=&" in body
    assert headers["X-Forwarded-Proto"] == "http"


@pytest.mark.parametrize(
    ("accept", "refused", "wrong"),
    [
        (ONCE, (), ()),
        (ALWAYS, (), ("4 messages in round 1", "4 messages in round 2")),
        (ONLY_THE_FIRST, ("the status 409 in round 1",) * 3 + ("the status 409 in round 2",) * 3, ()),
    ],
    ids=["once", "always", "409"],
)
def test_a_race_counts_refusals_and_copies(phone, accept, refused, wrong):
    held = []

    seen = race(phone(accept), 4, locked=[0.1, 0.2], locking=lambda seconds: nullcontext(held.append(seconds)))

    assert held == [0.1, 0.2]

    assert seen.refused == refused
    assert seen.wrong == wrong
    assert seen.wrong.request.startswith("for n in $(seq 4); do curl -i -X POST")
    assert seen.wrong.request.endswith(" & done; wait")


def reply(code=200, kind="text/xml", content=b"<Response/>"):
    return Reply(code, "", {"content-type": kind} if kind else {}, content, "curl", 0.0)


@pytest.mark.parametrize(
    "answer",
    [
        reply(),
        reply(
            kind="application/xml; charset=utf-8",
            content=b'<?xml version="1.0"?>\n<Response><Message>hi</Message></Response>',
        ),
        reply(content=b"<Response>\n<!-- nothing --></Response>\n"),
        reply(204, "", b""),
    ],
)
def test_an_answer_that_can_be_used_has_no_fault(answer):
    assert answer.status in DELIVERED
    assert Phone.fault_of_answer(answer) == ""


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (reply(kind="application/json", content=b"{}"), "the content type application/json"),
        (reply(kind=""), "the content type (none)"),
        (reply(content=b""), "XML that isn't well-formed"),
        (reply(content=b"<Response>"), "XML that isn't well-formed"),
        (reply(content=b"<Response/><Response/>"), "XML that isn't well-formed"),
        (reply(content=b"<response/>"), "the root element response"),
        (reply(content=b"<Answer><Response/></Answer>"), "the root element Answer"),
        (reply(204, "text/xml", b"<Response/>"), "the status 204"),
        (reply(201), "the status 201"),
    ],
)
def test_an_answer_that_cannot_be_used_says_why(answer, fault):
    assert Phone.fault_of_answer(answer) == fault


def test_texts_of_an_answer_are_read():
    content = "<Response><Message>one ž</Message><Message><Body> two </Body></Message></Response>".encode()

    assert twilio.read_answer(200, {"content-type": "text/xml"}, content) == ("one ž", "two")


def test_entities_that_grow_without_end_are_no_answer():
    bomb = (
        b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]><Response>&j;</Response>"
    )

    with pytest.raises(twilio.NotTwiml):
        twilio.read_answer(200, {"content-type": "text/xml"}, bomb)
