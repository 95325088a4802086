import json
from urllib.parse import parse_qsl

import pytest

from grader.errors import Failed
from grader.http_client.reply import Reply
from grader.testdata.webhook_payloads import FORMS
from grader.webhooks import slack
from grader.webhooks.slack_channel import Channel, Shown, Told

TYPED = """
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with open("asked", "a") as asked:
            asked.write(json.dumps([self.path, dict(self.headers), body]) + "\\n")
        content = ANSWER.encode()
        self.send_response(STATUS)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = lambda self: (self.send_response(200), self.send_header("Content-Length", "0"), self.end_headers())

    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
FINE = '{"text": "Sent.", "response_type": "ephemeral"}'


@pytest.fixture
def channel(service):
    """Give a channel for a service that gives every request this answer."""

    def make(answer=FINE, status=200):
        made = service(f"ANSWER, STATUS = {answer!r}, {status}\n{TYPED}")
        made.start()
        return Channel(made, "secret")

    return make


def asked(channel):
    text = (channel.service.project.folder / "asked").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_a_command_is_sent_signed_and_its_answer_read(channel):
    one = channel()

    told = one.type("send a < b & c")

    [(path, headers, body)] = asked(one)
    assert path == "/webhooks/slack"
    assert "text=send+a+%26lt%3B+b+%26amp%3B+c" in body
    assert f"user_id={one.user}" in body
    right = slack.signature("secret", headers["X-Slack-Request-Timestamp"], body.encode())
    assert headers["X-Slack-Signature"] == right
    assert told.text == "Sent."
    assert told.response_type == "ephemeral"


def test_what_proves_the_caller_can_be_left_out_or_wrong(channel):
    one = channel()
    body = one.body("recent")

    one.send_without(slack.SIGNATURE, body)
    one.send_without(slack.TIMESTAMP, body)
    one.send(body, signed="")
    one.send(body, age=600)

    first, second, third, fourth = (entry[1] for entry in asked(one))
    assert "X-Slack-Signature" not in first
    assert "X-Slack-Request-Timestamp" not in second
    assert third["X-Slack-Signature"] == ""
    assert 595 < int(first["X-Slack-Request-Timestamp"]) - int(fourth["X-Slack-Request-Timestamp"]) <= 600


def test_the_old_token_may_hold_anything(channel):
    assert b"token=mine&" in channel().body_with_token("mine", "recent")


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
def test_every_odd_form_has_all_fields_of_a_command(body):
    fields = dict(parse_qsl(body.decode(), strict_parsing=True))

    assert fields.keys() >= dict(slack.slash_command("what")).keys()
    assert fields["command"] == "/chat"


def test_each_odd_form_is_a_command_of_its_own():
    assert len({dict(parse_qsl(body.decode()))["trigger_id"] for body in FORMS.values()}) == len(FORMS)


@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [
        (FINE, 400, "200"),
        ("[]", 200, "a JSON object with a string text"),
        ('{"text": 7}', 200, "a JSON object with a string text"),
        ('{"blocks": []}', 200, "a JSON object with a string text"),
        ("nonsense", 200, "valid JSON"),
    ],
)
def test_an_answer_that_cannot_be_shown_is_one_sentence(channel, answer, status, expected):
    with pytest.raises(Failed) as caught:
        channel(answer, status).type("recent")

    assert caught.value.expected == expected


def told(text):
    return Told(text, "ephemeral", Reply(200, "OK", {}, b"", "curl", 0.0))


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("one\ntwo\nthree", ("one", "two", "three")),
        ("3. three\n2. two\n1. one", ("one", "two", "three")),
        ("two one three", ("two", "one", "three")),
        ("one two", ("one", "two")),
        ("one two three one", ("one", "two", "three", "one")),
        ("nothing", ()),
        ("two\none", ("one", "two")),
    ],
)
def test_a_listing_is_read_in_either_order_and_repetitions_show(text, listed):
    assert told(text).listing(["one", "two", "three"]) == listed


def test_where_no_text_is_shown_the_answer_is():
    assert told("Nobody said\nanything.").listing(["one"]).actual_text() == 'no text in "Nobody said anything."'
    assert told("one").listing(["one"]).actual_text() == "one"


def test_a_text_is_counted_as_often_as_it_is_shown():
    assert told("one, two, one").times("one") == 2
    assert told("two").times("one") == 0


def test_people_with_similar_ids_are_others(channel):
    for user in ("UABCDEFGHZ", "UZBCDEFGHI"):
        first, last = (each.user for each in Channel(channel().service, "secret", user=user).namesakes())
        assert (first[0], first[2:]) == ("U", user[2:])
        assert last[:-1] == user[:-1]
        assert user not in (first, last)


def test_what_is_shown_says_what_was_wanted():
    shown = Shown("so long", request="curl")

    assert shown.expected_text("in", "x").startswith("a text that contains ")
    assert "a text without" in shown.expected_text("not in", "x")
    assert shown.expected_text("!=", "") == "some explanation"
    assert "so long" in shown.actual_text()
