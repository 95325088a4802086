"""A telephone: the requests that it sends, and the verdicts on right and wrong answers."""

import threading
from collections import Counter
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from grader.client.scripted_server import Answer, ScriptedServer, scripted
from grader.commands.phone import FORGED
from grader.errors import UsageError
from grader.interactive import sms_sender
from grader.interactive.sms_sender import FORGERIES, PATIENCE
from grader.system import ports
from tests.rawserver import playing, say, say_and_reset
from tests.talking import TOKEN, deliver, telephone

EMPTY = Answer.text("<Response/>", kind="text/xml")
REFUSED = Answer.text("no", 403)


def texting(text, answer, **more):
    with scripted(answer) as server:
        fine, screen = deliver(telephone(server.port, **more).write(text), server.port)
    return fine, screen, server


def form_of(recorded):
    return dict(parse_qsl(recorded.body.decode(), keep_blank_values=True))


def test_a_text_is_sent_with_every_field_and_signed_as_twilio_signs():
    _, _, server = texting("Missed the bus. 🐎", EMPTY, query="tent=big%20one&a+b=")

    (request,) = server.requests
    fields = form_of(request)
    assert request.what == "POST /webhooks/twilio?tent=big%20one&a+b="
    assert request.header("Content-Type") == b"application/x-www-form-urlencoded; charset=UTF-8"
    assert (fields["Body"], fields["From"], fields["NumMedia"]) == ("Missed the bus. 🐎", "+12025550112", "0")
    assert {"SmsMessageSid", "FromCity", "NumSegments", "ApiVersion"} < fields.keys()
    url = f"{server.url}/webhooks/twilio?tent=big%20one&a+b="
    assert RequestValidator(TOKEN).validate(url, fields, request.header("X-Twilio-Signature").decode())


def test_everything_is_shown_in_a_few_lines():
    fine, screen, server = texting("Missed the bus.", EMPTY)

    sid = form_of(server.requests[0])["MessageSid"]
    lines = [line.rstrip() for line in screen.shown.splitlines()]
    assert fine
    assert lines[0] == ""
    assert lines[1] == '    event     +12025550112 to +15550100100: "Missed the bus."'
    assert lines[2] == f"              MessageSid {sid}, {len(form_of(server.requests[0]))} parameters"
    assert lines[3] == f"    signed    {server.url}/webhooks/twilio"
    assert lines[4].startswith("    came      200 OK, text/xml, 0.")
    assert lines[5:] == ["  ✓ phone     shows nothing, as the answer holds no text."]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    from grader.interactive.delivery import Post
    from tests.talking import Recording

    screen = Recording(width=width)
    with scripted(Answer.text("x" * 500)) as server:
        screen.screen.deliver(telephone(server.port).write("y" * 500), Post(server.port))

    assert max(map(len, screen.shown.splitlines())) <= width


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (Answer.text("<Response><Message>On my way &amp; late.</Message></Response>", kind="text/xml"),
         '✓ phone shows "On my way & late."'),
        (Answer.text("<Response><Message><Body>One</Body></Message><Message>Two</Message></Response>",
                     kind="application/xml"),
         '✓ phone shows "One" and "Two"'),
        (Answer(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"), "✓ phone shows nothing"),
        (Answer.text("<Response>" + "<Message>hi</Message>" * 12 + "</Response>", kind="text/xml"), "and 2 more"),
    ],
)  # fmt: skip
def test_what_the_telephone_shows(answer, shown):
    fine, screen, _ = texting("Hi.", answer)

    assert fine
    assert shown in screen.text


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer.text("<h1>Hello</h1>", kind="text/html"),
         "✗ Twilio can't use this answer: the content type text/html. The phone shows nothing."),
        (Answer.text("<Response>", kind="text/xml"), "✗ Twilio can't use this answer: XML that isn't well-formed."),
        (Answer.text("<Answer/>", kind="text/xml"), "✗ Twilio can't use this answer: the root element Answer."),
        (Answer.text("oh", 500), "✗ Twilio can't use this answer: the status 500."),
        (Answer.text("oh", 400), "✗ Twilio can't use this answer: the status 400."),
        (Answer.text("oh", 403),
         "Twilio was refused, though this is signed as Twilio signs. Does the service know the same token, and is its"),
        (Answer.text("no", 404), "✗ Twilio finds nothing there: no route takes a POST to /webhooks/twilio yet (404)."),
        (Answer.text("no", 405), "no route takes a POST to /webhooks/twilio yet (405)."),
        (Answer.text("no", 501), "finds nothing that works: /webhooks/twilio is not written yet (501)."),
        (Answer(b"HTTP/1.1 302 Found\r\nLocation: /\x1b[31mlogin\r\nContent-Length: 0\r\n\r\n"),
         '✗ Twilio is sent away to "/\\x1b[31mlogin"; the answer has to come from /webhooks/twilio itself.'),
        (Answer(b"SSH-2.0-hello\r\n\r\n"), 'came something that is not HTTP: "SSH-2.0-hello'),
        (Answer(b"SSH-2.0-hello\r\n\r\n"), "✗ Twilio gets no answer that it could read."),
        (Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"), "came a body that ended early"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_use_is_one_sentence(answer, sentence):
    fine, screen, _ = texting("Hi.", answer)

    assert not fine
    assert sentence in screen.text


def test_a_service_that_hangs_up_is_one_sentence():
    for script in (say(), say_and_reset()):
        with playing(script) as server:
            fine, screen = deliver(telephone(server.port).write("Hi."), server.port)
        assert not fine
        assert "✗ Twilio gets no answer that it could read." in screen.text


def test_twilio_waits_for_fifteen_seconds_and_then_gives_up():
    assert PATIENCE == telephone(1).patience == 15
    fine, screen, _ = texting("Hi.", Answer.silence(), patience=0.3)

    assert not fine
    assert "came no complete answer within" in screen.text
    assert "✗ Twilio gives up: the service takes too long to answer." in screen.text


def test_where_nobody_listens_the_way_out_can_be_pasted():
    with ports.refusing() as number:
        fine, screen = deliver(telephone(number).write("Hi."), number, repeat=3)

    sentence = (
        f"✗ No program listens on port {number}; start your service in another terminal: kit serve --port {number}"
    )
    assert not fine
    assert sentence in screen.shown
    assert screen.text.count("No program listens") == 1


def test_on_the_usual_port_kit_serve_needs_no_option():
    from grader.interactive.delivery import nobody_listens

    assert nobody_listens(5000) == (
        "No program listens on port 5000; start your service in another terminal: kit serve"
    )


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forgery_is_no_right_signature_and_a_refusal_is_fine(how):
    fine, screen, server = texting("I am the bank.", REFUSED, forge=how)

    (request,) = server.requests
    signature = request.header("X-Twilio-Signature")
    validator = RequestValidator(TOKEN)
    assert fine
    assert (signature is None) == (how == "missing")
    assert not validator.validate(f"{server.url}/webhooks/twilio", form_of(request), (signature or b"").decode())
    assert f"forged with {FORGERIES[how]}" in screen.text
    assert "✓ forgery refused, as it should be." in screen.text


def test_the_command_offers_the_forgeries_that_there_are():
    assert tuple(FORGERIES) == FORGED


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (EMPTY, "✗ forgery accepted! Anybody could have sent this."),
        (Answer.text("oh", 500), "✗ forgery neither accepted nor refused; 403 would be a refusal."),
        (Answer.text("no", 404), "✗ Twilio finds nothing there"),
    ],
)
def test_a_forgery_that_is_not_refused_is_not_fine(answer, sentence):
    fine, screen, _ = texting("I am the bank.", answer, forge="wrong")

    assert not fine
    assert sentence in screen.text


def test_each_forged_signature_is_another():
    made = []
    with scripted(REFUSED) as server:
        who = telephone(server.port, forge="wrong")
        event = who.write("x")
        deliver(event, server.port, repeat=3)
        made = [request.header("X-Twilio-Signature") for request in server.requests]

    assert len(set(made)) == 3


def test_the_same_event_is_repeated_with_the_same_message_sid():
    with scripted(EMPTY) as server:
        fine, screen = deliver(telephone(server.port).write("We leave at two."), server.port, repeat=3)

    assert fine
    assert len({request.body for request in server.requests}) == 1 != len(server.requests)
    assert [label for label in ("1 of 3", "2 of 3", "3 of 3") if label in screen.text] == ["1 of 3", "2 of 3", "3 of 3"]
    assert screen.text.count("MessageSid") == 1


def test_at_once_is_at_the_same_moment():
    together = threading.Barrier(4)

    def answer(_):
        together.wait(10)  # no request gets an answer before all four are there
        return EMPTY

    server = ScriptedServer(answer)
    try:
        fine, screen = deliver(telephone(server.port).write("Only once."), server.port, repeat=4, at_once=True)
    finally:
        server.close()

    assert fine, screen.shown
    assert Counter(form_of(request)["MessageSid"] for request in server.requests).most_common()[0][1] == 4


def test_at_once_where_nobody_listens_is_one_sentence():
    with ports.refusing() as number:
        _, screen = deliver(telephone(number).write("Hi."), number, repeat=4, at_once=True)

    assert screen.text.count("No program listens") == 1


def test_one_bad_answer_among_good_ones_is_not_fine():
    answers = iter([EMPTY, Answer.text("oh", 500), EMPTY])
    server = ScriptedServer(lambda _: next(answers))
    try:
        fine, _ = deliver(telephone(server.port).write("Hi."), server.port, repeat=3)
    finally:
        server.close()

    assert not fine


def test_a_picture_has_no_word_and_its_own_kind_of_sid():
    with scripted(EMPTY) as server:
        _, screen = deliver(telephone(server.port).picture(), server.port)
        deliver(telephone(server.port).picture("Look!"), server.port)

    fields = form_of(server.requests[0])
    assert (fields["Body"], fields["NumMedia"], fields["MediaContentType0"]) == ("", "1", "image/jpeg")
    assert fields["MediaUrl0"].startswith("http://127.0.0.1:")
    assert fields["MessageSid"].startswith("MM")
    assert form_of(server.requests[1])["Body"] == "Look!"
    assert "to +15550100100: a picture" in screen.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines", '"two\\nlines"'),
        ("a\0b", '"a\\x00b"'),
        ("\x1b[31mred\x1b]0;title\x07", '"\\x1b[31mred\\x1b]0;title\\x07"'),
        ("[bold]markup[/bold] :horse:", '"[bold]markup[/bold] :horse:"'),
        ("🐎 žluťoučký", '"🐎 žluťoučký"'),
        ("\u202eevil", '"\\u202eevil"'),
        ("\x9b31m", '"\\x9b31m"'),
    ],
)
def test_texts_are_shown_and_never_obeyed(text, shown):
    xml = "".join(f"&#{ord(c)};" for c in text if c not in "\0\x1b\x07")
    answer = Answer.text(f"<Response><Message>{xml}</Message></Response>", kind="text/xml")
    _, sent, server = texting(text, answer)

    assert form_of(server.requests[0])["Body"] == text
    assert shown in sent.shown
    assert not set(sent.shown) & set("\0\x1b\x07\u202e\x9b")
    if not set(text) & set("\0\x1b"):
        assert sent.shown.count(shown) == 2


def test_a_body_that_a_terminal_would_obey_is_not_obeyed_either():
    head = b"HTTP/1.1 500 Oh\x1b[2J\r\nContent-Type: text/\x1b[31mhtml\r\nContent-Length: 12\r\n\r\n"
    _, screen, _ = texting("Hi.", Answer(head + b"\x1b[2J[b]x[/b]"))

    assert "\x1b" not in screen.shown
    assert "[b]x[/b]" in screen.text


def test_a_long_text_is_shortened_and_its_length_named():
    _, screen, server = texting("long " * 320, EMPTY)

    assert "(1600 characters)" in screen.text
    assert len(form_of(server.requests[0])["Body"]) == 1600


def test_another_public_url_is_signed_and_shown():
    with scripted(EMPTY) as server:
        who = telephone(server.port, public_url="https://chat.example.test")
        _, screen = deliver(who.write("Hi."), server.port)

    (request,) = server.requests
    signature = request.header("X-Twilio-Signature").decode()
    url = "https://chat.example.test/webhooks/twilio"
    assert RequestValidator(TOKEN).validate(url, form_of(request), signature)
    assert f"signed {url}, delivered to {server.url}" in screen.text


@pytest.mark.parametrize("text", ["", "12025550143",
    "+0123456789", "+1202555x143", "+1234567890123456", "+１２３４５６７８"])  # fmt: skip
def test_what_is_no_number_is_one_sentence(text):
    with pytest.raises(UsageError, match=r"^A telephone number is \+ and 7 to 15 digits, as in \+12025550112, not "):
        sms_sender.number(text)


@pytest.mark.parametrize("text", ["chat.example.test", "ftp://x", "https://x/path", "https://x?y", "https://a b", ""])
def test_what_is_no_public_url_is_one_sentence(text):
    with pytest.raises(UsageError, match=r"^A public URL is like https://chat\.example\.test, without a path, not "):
        sms_sender.public_url(text)


def test_a_slash_at_the_end_of_a_public_url_is_dropped():
    assert sms_sender.public_url("https://chat.example.test:8443/") == "https://chat.example.test:8443"


@pytest.mark.parametrize(
    ("query", "sent"),
    [("?a=1", "a=1"), ("a=b c", "a=b%20c"), ("q=ž%20+&x=", "q=%C5%BE%20+&x="), ("a\r\nb", "a%0D%0Ab")],
)
def test_a_query_is_sent_as_it_is_but_for_what_is_no_http(query, sent):
    assert sms_sender.on_the_wire(query) == sent


def test_no_secret_is_ever_shown():
    for answer in (EMPTY, REFUSED, Answer.text("oh", 500)):
        for how in ("", *FORGERIES):
            _, screen, server = texting("Hi.", answer, forge=how)
            signature = (server.requests[0].header("X-Twilio-Signature") or b"-none-").decode()
            assert TOKEN not in screen.shown
            assert signature not in screen.shown
