"""A conversation: messages, commands behind a slash, and texts that the service sends meanwhile."""

import functools
import json
import re
from urllib.parse import parse_qsl

import pytest

from grader.client.scripted_server import Answer, ScriptedServer, scripted
from grader.course import EXERCISES
from grader.interactive.slack_user import Typist
from grader.system import ports
from tests.talking import TOKEN, Recording, converse, telephone

EMPTY = Answer.text("<Response/>", kind="text/xml")
SAID = Answer.text(json.dumps({"text": "Sent.", "response_type": "ephemeral"}), kind="application/json")


def texting(*lines, answer=EMPTY, **more):
    with scripted(answer) as server:
        fine, screen = converse(telephone(server.port), server.port, *lines, **more)
    return fine, screen, [dict(parse_qsl(one.body.decode(), keep_blank_values=True)) for one in server.requests]


def typing(*lines, answer=SAID):
    with scripted(answer) as server:
        fine, screen = converse(Typist(TOKEN), server.port, *lines)
    return fine, screen, [dict(parse_qsl(one.body.decode(), keep_blank_values=True)) for one in server.requests]


def test_each_line_is_a_text_and_an_event_of_its_own():
    fine, screen, sent = texting("Missed the bus.", "", "  Take mine. ")

    assert fine, screen.shown
    assert [form["Body"] for form in sent] == ["Missed the bus.", "  Take mine. "]
    assert len({form["MessageSid"] for form in sent}) == 2


def test_again_is_the_same_event():
    _, _, sent = texting("ok", "/again", "ok")

    first, again, second = (form["MessageSid"] for form in sent)
    assert first == again != second


def test_a_picture_can_be_sent_with_and_without_a_word():
    _, _, sent = texting("/picture", "/picture A horse.")

    assert [(form["NumMedia"], form["Body"]) for form in sent] == [("1", ""), ("1", "A horse.")]


def test_another_number_is_taken_from_then_on():
    _, screen, sent = texting("a", "/from +12025550143", "b", "/again")

    assert [form["From"] for form in sent] == ["+12025550112", "+12025550143", "+12025550143"]
    assert "From now on from +12025550143." in screen.text


def test_forging_lasts_until_it_is_switched_off():
    with scripted(EMPTY) as server:
        fine, screen = converse(telephone(server.port), server.port, "/forge missing", "a", "b", "/forge off", "/again")

    assert [one.header("X-Twilio-Signature") is None for one in server.requests] == [True, True, False]
    assert not fine  # the two forgeries were accepted
    assert "From now on with no signature at all." in screen.text
    assert "From now on signed as it should be." in screen.text


def test_a_person_types_and_another_one_after_that():
    fine, _, sent = typing("recent 3", "/chat recent 4", "/user U07QK2M4XYZ", "/again", "send x")

    assert fine
    assert [(form["user_id"], form["text"]) for form in sent] == [
        ("U07QK2M4ABC", "recent 3"),
        ("U07QK2M4ABC", "recent 4"),
        ("U07QK2M4ABC", "recent 4"),
        ("U07QK2M4XYZ", "send x"),
    ]


def test_help_lists_every_command():
    fine, phone, _ = texting("/help")
    _, slack, _ = typing("/help")

    assert fine
    assert "any line send it as a text message" in phone.text
    for typed in ("/again", "/forge KIND", "/from NUMBER", "/picture [TEXT]", "/quit"):
        assert typed in phone.text
    assert "missing, wrong, body, url, token or off" in phone.text
    for typed in ("/chat TEXT", "/again", "/forge KIND", "/user USER", "/quit"):
        assert typed in slack.text
    assert "missing, wrong, old, future, secret or off" in slack.text


def test_quit_ends_it():
    fine, _, sent = texting("a", "/quit", "b")

    assert fine
    assert len(sent) == 1


def test_ctrl_c_ends_it_too():
    lines = iter(["a"])

    def read():
        try:
            return next(lines)
        except StopIteration:
            raise KeyboardInterrupt from None

    from grader.interactive.delivery import Post
    from grader.interactive.repl import Conversation

    with scripted(EMPTY) as server:
        assert Conversation(telephone(server.port), Post(server.port), Recording().screen).hold(read)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/foo", 'There is no command "/foo"; /help lists those that there are.'),
        ("/", 'There is no command "/"; /help lists those that there are.'),
        ("/\x1b[31m", 'There is no command "/\\x1b[31m"; /help'),
        ("/again", "Nothing was sent yet, so there is nothing to send again."),
        ("/forge", 'What to forge is one of missing, wrong, body, url, token, or off; not "".'),
        ("/forge old", 'What to forge is one of missing, wrong, body, url, token, or off; not "old".'),
        ("/from 12", 'A telephone number is + and 7 to 15 digits, as in +12025550112, not "12".'),
    ],
)
def test_a_command_that_makes_no_sense_is_one_sentence_and_it_goes_on(line, sentence):
    fine, screen, sent = texting(line, "still here")

    assert not fine
    assert sentence in screen.text
    assert [form["Body"] for form in sent] == ["still here"]


def test_a_person_that_is_none_is_one_sentence():
    fine, screen, sent = typing("/user me", "recent")

    assert not fine
    assert "A person's id at Slack is U and capitals and digits" in screen.text
    assert len(sent) == 1


def test_it_goes_on_where_nobody_listens():
    with ports.refusing() as number:
        fine, screen = converse(telephone(number), number, "one", "two")

    assert not fine
    assert screen.text.count(f"No program listens on port {number}") == 2


def test_each_line_is_delivered_as_often_as_was_asked_for():
    _, _, sent = texting("a", "b", repeat=2, at_once=True)

    assert [form["Body"] for form in sent] == ["a", "a", "b", "b"]


def test_the_brief_shows_a_conversation_as_it_is():
    brief = (EXERCISES / "03-integrations" / "README.md").read_text()
    block = re.search(r"```console\n\$ kit phone\n(.*?)```", brief, re.DOTALL)[1]
    said = re.findall(r"^› (.*)$", block, re.MULTILINE)
    answers = iter([EMPTY, Answer.text("no", 403)])
    server = ScriptedServer(lambda _: next(answers))
    try:
        _, screen = converse(telephone(server.port), server.port, *said)
    finally:
        server.close()

    def plain(text):
        lines = [line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("› ")]
        rules = ((r"SM[0-9a-f]{32}", "SID"), (r":\d{4,5}/", ":PORT/"), (r"\d\.\d\d s", "TIME"))
        return [functools.reduce(lambda said, rule: re.sub(*rule, said), rules, line) for line in lines]

    assert plain(block)[1:] == plain(screen.shown)


def test_texts_of_the_service_are_shown_and_never_obeyed():
    screen = Recording()
    screen.screen.texted("+15550100100", "+12025550112", "Hi \x1b[2J[bold]\n🐎")

    assert screen.shown.rstrip() == '  ← texts     +15550100100 to +12025550112: "Hi \\x1b[2J[bold]\\n🐎"'
