"""The simulated providers, compared with the official libraries of Twilio and Slack."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

from grader.interactive.slack_user import FORGERIES, Typist
from grader.webhooks import slack, twilio
from tests.talking import TOKEN, deliver

PIECES = [
    "",
    " ",
    "  both ends  ",
    "a",
    "+",
    "%20",
    "%",
    "&=?#",
    "ž",
    "🐎",
    "\n",
    "\t",
    "\0",
    "\u2028",
    "x" * 1600,
    "<&>",
]
NAMES = ["Body", "body", "BODY", "AddOns", "a", "Z", "MediaUrl0", "MediaUrl10", "MediaUrl2", "NumMedia", "x1", "X1"]
QUERIES = ["", "a=1", "b=2&a=1", "tent=big%20one&line=a+b&empty=", "x", "q=%C5%BE&q2=ž", "a=1&a=1", "=", "%2F=%2f"]


def forms():
    drawn = random.Random(20)
    for _ in range(200):
        names = drawn.sample(NAMES, drawn.randint(0, len(NAMES)))
        yield tuple((name, "".join(drawn.choices(PIECES, k=drawn.randint(0, 3)))) for name in names)


def test_the_published_signature_of_twilio_comes_out():
    parameters = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    made = twilio.signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", parameters.items())

    assert made == "GvWf1cFY/Q7PnoempGyD5oXAezc="


def test_twilios_library_makes_the_same_signatures():
    validator = RequestValidator(TOKEN)

    for form in forms():
        for query in QUERIES:
            url = f"https://chat.example.test:8443/webhooks/twilio{'?' if query else ''}{query}"
            assert twilio.signature(TOKEN, url, form) == validator.compute_signature(url, dict(form))


@pytest.mark.parametrize("query", QUERIES)
def test_twilios_library_accepts_a_delivery_as_it_arrives(query):
    message = twilio.with_all_fields(twilio.text_message("  žluťoučký 🐎\n ", media=["http://127.0.0.1:9/a.jpg"]))
    sent = twilio.delivery(message, token=TOKEN, public_url="https://chat.example.test", query=query)

    arrived = dict(parse_qsl(sent.body.decode(), keep_blank_values=True))
    url = f"https://chat.example.test{sent.target}"
    assert arrived == dict(message)
    assert RequestValidator(TOKEN).validate(url, arrived, sent.headers[twilio.SIGNATURE])
    assert not RequestValidator("other").validate(url, arrived, sent.headers[twilio.SIGNATURE])


def test_the_published_signature_of_slack_comes_out():
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    made = slack.signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body)

    assert made == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_slacks_library_makes_the_same_signatures():
    verifier = SignatureVerifier(TOKEN)

    for number, form in enumerate(forms()):
        body = urlencode(form).encode()
        assert slack.signature(TOKEN, str(number), body) == verifier.generate_signature(
            timestamp=str(number), body=body
        )


@pytest.mark.parametrize(("age", "accepted"), [(0, True), (200, True), (-200, True), (600, False), (-600, False)])
def test_slacks_library_accepts_what_is_signed_and_not_too_far_away(age, accepted):
    body = slack.form(slack.slash_command("send Bread & cheese 🐎"))
    sent = slack.delivery(body, secret=TOKEN, age=age)

    assert SignatureVerifier(TOKEN).is_valid_request(sent.body, dict(sent.headers)) is accepted
    assert not SignatureVerifier("other").is_valid_request(sent.body, dict(sent.headers))


def test_a_retry_says_which_one_it_is_and_why():
    assert slack.delivery(b"", secret=TOKEN, retry=2).headers["X-Slack-Retry-Num"] == "2"
    assert slack.delivery(b"", secret=TOKEN, retry=2).headers["X-Slack-Retry-Reason"] == "http_timeout"
    assert not {"X-Slack-Retry-Num", "X-Slack-Retry-Reason"} & slack.delivery(b"", secret=TOKEN).headers.keys()


@contextmanager
def bolt():
    """Run an app of Slack's own framework, which repeats each command; yields its port and the texts it received."""
    received = []
    pool = ThreadPoolExecutor(2)
    app = App(
        signing_secret=TOKEN,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-none", bot_id="B1"),
        listener_executor=pool,
    )

    @app.command("/chat")
    def repeat(ack, command):
        received.append(command["text"])
        ack(response_type="in_channel", text=command["text"])

    handler = SlackRequestHandler(app)
    web = Flask("bolt")
    web.post(slack.PATH)(lambda: handler.handle(request))
    server = make_server("127.0.0.1", 0, web, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port, received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        pool.shutdown()


def test_an_app_made_with_bolt_understands_us_and_we_understand_it():
    with bolt() as (port, received):
        fine, screen = deliver(Typist(TOKEN).write("send Bread & <cheese> 🐎"), port)

    assert fine, screen.shown
    assert received == ["send Bread &amp; &lt;cheese&gt; 🐎"]
    assert "✓ Slack shows, to the whole channel (in_channel): send Bread & <cheese> 🐎" in screen.text


def test_an_app_made_with_bolt_proves_that_its_url_is_its_own():
    with bolt() as (port, _):
        fine, screen = deliver(Typist(TOKEN).verification(), port)

    assert fine, screen.shown
    assert "✓ Slack accepts this URL: the challenge came back." in screen.text


@pytest.mark.parametrize("how", FORGERIES)
def test_an_app_made_with_bolt_refuses_forgeries(how):
    with bolt() as (port, received):
        command, screen = deliver(Typist(TOKEN, forge=how).write("send money"), port)
        asked, _ = deliver(Typist(TOKEN, forge=how).verification(), port)

    assert (command, asked, received) == (True, True, []), screen.shown
    assert "401" in screen.text
