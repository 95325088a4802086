"""A user of Slack: the requests for commands, and the verdicts on right and wrong answers."""

import json
from urllib.parse import parse_qsl

import pytest
from slack_sdk.signature import SignatureVerifier

from grader.client.scripted_server import Answer, ScriptedServer, scripted
from grader.commands.slack import FORGED
from grader.errors import UsageError
from grader.http_client.reply import Reply
from grader.interactive import slack_user
from grader.interactive.slack_user import FORGERIES, Typist
from grader.system import ports
from tests.rawserver import playing, say
from tests.talking import TOKEN, deliver

REFUSED = Answer.text("no", 401)


def answering(text, response_type="ephemeral", **more):
    return Answer.text(json.dumps({"text": text, "response_type": response_type, **more}), kind="application/json")


def typing(text, answer, **more):
    with scripted(answer) as server:
        fine, screen = deliver(Typist(TOKEN, **more).write(text), server.port)
    return fine, screen, server


def headers_of(recorded):
    return {name.decode(): value.decode() for name, value in recorded.headers}


def test_a_command_is_sent_as_slack_sends_it():
    fine, screen, server = typing("send Bread & <cheese>", answering("Sent."))

    (request,) = server.requests
    fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    assert fine, screen.shown
    assert request.what == "POST /webhooks/slack"
    assert (fields["command"], fields["text"]) == ("/chat", "send Bread &amp; &lt;cheese&gt;")
    assert (fields["user_id"], len(fields)) == ("U07QK2M4ABC", 13)
    assert SignatureVerifier(TOKEN).is_valid_request(request.body, headers_of(request))


def test_everything_is_shown_in_a_few_lines():
    _, screen, server = typing("recent 2", answering("one\ntwo"))

    fields = dict(parse_qsl(server.requests[0].body.decode()))
    lines = [line.rstrip() for line in screen.shown.splitlines()]
    assert lines[:4] == [
        "",
        '    event     U07QK2M4ABC types "/chat recent 2"',
        f"              trigger_id {fields['trigger_id']}, 13 parameters",
        f"    signed    over the time of sending and {len(server.requests[0].body)} bytes of body",
    ]
    assert lines[4].startswith("    came      200 OK, application/json, 0.")
    assert lines[5:] == ["  ✓ Slack     shows, to you alone (ephemeral):", "              one", "              two"]


def test_nothing_typed_is_the_command_alone():
    _, screen, server = typing("", answering("Try: recent"))

    assert b"&text=&" in server.requests[0].body
    assert 'types "/chat"' in screen.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("&amp;lt;", "&lt;"),
        ("&quot;", "&quot;"),
        ("[bold]x[/bold] 🐎", "[bold]x[/bold] 🐎"),
        ("\x1b[31mred\0\r", "\\x1b[31mred\\x00\\r"),
        ("\ud800", "\\ud800"),
    ],
)
def test_the_three_escapes_are_undone_and_nothing_is_obeyed(text, shown):
    fine, screen, _ = typing("recent 1", answering(text))

    assert fine
    assert shown in screen.shown
    assert not set(screen.shown) & set("\x1b\0\r")


def test_who_gets_to_see_it():
    _, screen, _ = typing("recent 1", answering("x", "in_channel"))

    assert "✓ Slack shows, to the whole channel (in_channel): x" in screen.text


def test_a_very_long_list_is_cut():
    _, screen, _ = typing("recent 1", answering("\n".join("x" * 60)))

    assert "and 20 lines more" in screen.text


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer.text("Sent.", kind="text/html"), "can't use this answer: it hasn't the content type application/json."),
        (Answer.text("{", kind="application/json"), "can't use this answer: it isn't valid JSON."),
        (Answer.text("[]", kind="application/json"), "can't use this answer: it isn't an object with a string text."),
        (Answer.text('{"text": 3}', kind="application/json"), "it isn't an object with a string text."),
        (Answer.text('{"text": "x"}', kind="application/json"), "its response_type isn't ephemeral or in_channel."),
        (answering("x", ["in_channel"]), "its response_type isn't ephemeral or in_channel."),
        (answering("<!channel> free beer"), "doesn't show \"<!channel>\", but obeys it: the < isn't escaped."),
        (answering("hello <@U07QK2M4ABC>"), "doesn't show \"<@U07QK2M4ABC>\", but obeys it"),
        (Answer.text("oh", 500), "can't use this answer: the status 500. It tells the person that the app failed."),
        (Answer.text("no", 401), "was refused, though this is signed as Slack signs. Does the service know the same"),
        (Answer.text("no", 404), "finds nothing there: no route takes a POST to /webhooks/slack yet (404)."),
        (Answer.text("no", 501), "finds nothing that works: /webhooks/slack is not written yet (501)."),
        (Answer(b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"), "is sent away; the answer has to come from /webh"),
        (Answer(b"hello\r\n\r\n"), "gets no answer that it could read."),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_use_is_one_sentence(answer, sentence):
    fine, screen, _ = typing("recent 3", answer)

    assert not fine
    assert "✗ Slack " in screen.text
    assert sentence in screen.text


def test_a_service_that_hangs_up_is_one_sentence():
    with playing(say()) as server:
        fine, screen = deliver(Typist(TOKEN).write("recent 3"), server.port)

    assert not fine
    assert "✗ Slack gets no answer that it could read." in screen.text


GAVE_UP = 'gave up after 3 s, and showed: /chat failed with the error "operation_timeout"'


def test_silence_is_told_as_the_person_sees_it():
    fine, screen, _ = typing("recent 3", Answer.silence(), patience=0.3)

    assert not fine
    assert f"✗ Slack {GAVE_UP}" in screen.text


@pytest.mark.parametrize(("seconds", "fine"), [(0.1, True), (2.9, True), (3.1, False), (9.0, False)])
def test_an_answer_after_three_seconds_comes_too_late(seconds, fine):
    content = json.dumps({"text": "Sent.", "response_type": "ephemeral"}).encode()
    came = Reply(200, "OK", {"content-type": "application/json"}, content, "", seconds)
    verdict = Typist(TOKEN).write("send x").judge(came)

    assert verdict.fine is fine
    assert (GAVE_UP in verdict.said) is not fine


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forgery_is_no_right_signature_and_a_refusal_is_fine(how):
    fine, screen, server = typing("send money", REFUSED, forge=how)

    (request,) = server.requests
    assert fine
    assert not SignatureVerifier(TOKEN).is_valid_request(request.body, headers_of(request))
    assert (request.header("X-Slack-Signature") is None) == (how == "missing")
    assert f"forged with {FORGERIES[how]}" in screen.text
    assert "✓ forgery refused, as it should be." in screen.text


def test_the_command_offers_the_forgeries_that_there_are():
    assert tuple(FORGERIES) == FORGED


def test_a_forgery_that_is_accepted_is_not_fine():
    fine, screen, _ = typing("send money", answering("Sent."), forge="old")

    assert not fine
    assert "✗ forgery accepted! Anybody could have sent this." in screen.text


def test_repeated_commands_say_that_they_are_retries():
    with scripted(answering("Sent.")) as server:
        fine, screen = deliver(Typist(TOKEN).write("send x"), server.port, repeat=3)

    assert fine, screen.shown
    assert len({request.body for request in server.requests}) == 1
    assert [request.header("X-Slack-Retry-Num") for request in server.requests] == [None, b"1", b"2"]
    assert [request.header("X-Slack-Retry-Reason") for request in server.requests][1:] == [b"http_timeout"] * 2
    assert all(SignatureVerifier(TOKEN).is_valid_request(one.body, headers_of(one)) for one in server.requests)


def test_where_nobody_listens_the_way_out_can_be_pasted():
    with ports.refusing() as number:
        fine, screen = deliver(Typist(TOKEN).write("recent"), number)

    assert not fine
    assert f"start your service in another terminal: kit serve --port {number}" in screen.shown


def challenge_of(recorded):
    return json.loads(recorded.body)["challenge"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer.text,
        lambda challenge: Answer.text(json.dumps({"challenge": challenge}), kind="application/json"),
        lambda challenge: Answer.text(f"challenge={challenge}", kind="application/x-www-form-urlencoded"),
    ],
    ids=["plain", "json", "form"],
)
def test_a_url_is_verified_by_the_challenge_in_any_of_three_ways(answer):
    server = ScriptedServer(lambda request: answer(challenge_of(request)))
    try:
        fine, screen = deliver(Typist(TOKEN).verification(), server.port)
    finally:
        server.close()

    (request,) = server.requests
    assert fine, screen.shown
    assert json.loads(request.body)["type"] == "url_verification"
    assert request.header("Content-Type") == b"application/json"
    assert SignatureVerifier(TOKEN).is_valid_request(request.body, headers_of(request))
    assert "✓ Slack accepts this URL: the challenge came back." in screen.text


@pytest.mark.parametrize(
    "answer",
    [Answer.text("another"), Answer.text('{"challenge": 3}'), Answer.text("[" * 100_000), Answer.text("x", 500)],
)
def test_another_challenge_is_not_accepted(answer):
    with scripted(answer) as server:
        fine, screen = deliver(Typist(TOKEN).verification(), server.port)

    assert not fine
    assert "✗ Slack won't send events to this URL: the challenge didn't come back." in screen.text


@pytest.mark.parametrize("text", ["", "X07QK2M4", "U1", "u07qk2m4", "U07 QK2M4", "<@U07QK2M4>"])
def test_what_is_no_person_is_one_sentence(text):
    with pytest.raises(UsageError, match=r"^A person's id at Slack is U and capitals and digits, as in U07QK2M4ABC, "):
        slack_user.user(text)


def test_no_secret_is_ever_shown():
    for answer in (answering("x"), REFUSED, Answer.text("oh", 500)):
        for how in ("", *FORGERIES):
            _, screen, server = typing("recent", answer, forge=how)
            signature = (server.requests[0].header("X-Slack-Signature") or b"-none-").decode()
            assert TOKEN not in screen.shown
            assert signature not in screen.shown
