"""`kit phone` and `kit slack` as a learner types them: exit statuses, and a conversation with a solution."""

import json
import os
import pty
import select
import signal
import subprocess

import pytest

from grader.client.scripted_server import Answer, scripted
from grader.course import ROOT
from grader.project.state import ProjectState
from grader.system.ports import Port, answers
from grader.system.process import wait_until
from tests.command import KIT, Done, environment, kit
from tests.talking import SETTINGS

EMPTY = Answer.text("<Response/>", kind="text/xml")
SAID = Answer.text(json.dumps({"text": "Sent.", "response_type": "ephemeral"}), kind="application/json")


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def place(tmp_path):
    ProjectState(tmp_path).make_credentials()
    return tmp_path


def type_into(*words, lines, cwd):
    done = subprocess.run(
        [KIT, *map(str, words)], cwd=cwd, env=environment(), input=lines, capture_output=True, timeout=60, check=False
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(("command", "name"), [("phone", "TWILIO_AUTH_TOKEN"), ("slack", "SLACK_SIGNING_SECRET")])
def test_without_a_secret_the_way_to_one_is_named(tmp_path, command, name):
    done = kit(command, "Hi.", cwd=tmp_path)

    assert done.status == 2
    assert done.text == (
        f"kit: There is no {name} to sign with. Type kit serve in another terminal first: "
        f"it makes one and keeps it in .kit/secrets.toml. Or set {name} in your shell."
    )
    assert list(tmp_path.iterdir()) == []


def test_the_secret_of_the_shell_comes_first(tmp_path):
    with scripted(EMPTY) as server:
        done = kit("phone", "Hi.", "--port", str(server.port), cwd=tmp_path, TWILIO_AUTH_TOKEN="12345")

    assert done.status == 0, done.text
    assert "✓ phone" in done.stdout


def test_the_public_url_of_the_shell_is_signed_unless_another_is_named(place):
    with scripted(EMPTY) as server:
        words = ("phone", "Hi.", "--port", str(server.port))
        shell = kit(*words, cwd=place, PUBLIC_URL="https://one.example.test")
        named = kit(*words, "--public-url", "https://two.example.test/", cwd=place, PUBLIC_URL="https://one.test")

    assert "signed https://one.example.test/webhooks/twilio" in shell.text
    assert "signed https://two.example.test/webhooks/twilio" in named.text


def test_every_option_of_the_phone_does_what_the_brief_says(place):
    with scripted(EMPTY) as server:
        to = ("--port", str(server.port), "--project", place)
        done = [
            kit("phone", "Take mine.", "--from", "+12025550143", "--query", "a=%20", *to, cwd=ROOT),
            kit("phone", "Only once.", "--repeat", "4", "--at-once", *to, cwd=ROOT),
            kit("phone", "--media", *to, cwd=ROOT),
            kit("phone", "", *to, cwd=ROOT),
            kit("phone", "I am the bank.", "--forge", "url", *to, cwd=ROOT),
        ]
        asked = [request.what for request in server.requests]

    assert [one.status for one in done] == [0, 0, 0, 0, 1]
    assert '+12025550143 to +15550100100: "Take mine."' in done[0].text
    assert asked == ["POST /webhooks/twilio?a=%20", *["POST /webhooks/twilio"] * 7]


def test_every_option_of_slack_does_what_the_brief_says(place):
    with scripted(SAID) as server:
        to = ("--port", str(server.port), "--project", place)
        done = [
            kit("slack", "recent 3", "--user", "U07QK2M4XYZ", *to, cwd=ROOT),
            kit("slack", "recent 3", "--repeat", "3", *to, cwd=ROOT),
            kit("slack", "", *to, cwd=ROOT),
            kit("slack", "--verify", *to, cwd=ROOT),
            kit("slack", "recent 3", "--forge", "old", *to, cwd=ROOT),
        ]

    assert [one.status for one in done] == [0, 0, 0, 1, 1]
    assert 'U07QK2M4XYZ types "/chat recent 3"' in done[0].text
    assert len(server.requests) == 7


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["phone", "Hi.", "--at-once"], "--at-once needs several deliveries; add --repeat 4."),
        (["phone", "Hi.", "--outgoing", "5002"], "--outgoing belongs to a conversation; leave TEXT and --media out."),
        (["phone", "--outgoing", "5000"], "Port 5000 is the service's; --outgoing needs another."),
        (["phone", "Hi.", "--from", "me"], "A telephone number is + and 7 to 15 digits"),
        (["phone", "Hi.", "--public-url", "me"], "A public URL is like https://chat.example.test"),
        (["phone", "Hi.", "--forge", "old"], "'old' is not one of 'missing', 'wrong', 'body', 'url', 'token'."),
        (["phone", "Hi.", "--repeat", "0"], "a whole number from 1 to 100 is needed, not '0'."),
        (["phone", "Missed", "the", "bus."], "unexpected extra arguments"),
        (["slack", "Hi.", "--verify"], "--verify asks a question of Slack's own; leave TEXT out."),
        (["slack", "Hi.", "--user", "me"], "A person's id at Slack is U and capitals and digits"),
        (["phone", "Hi.", "--project", "nowhere"], 'There is no folder "nowhere".'),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_status_2(place, words, sentence):
    done = kit(*words, cwd=place)

    assert done.status == 2
    assert sentence in done.text
    assert "Traceback" not in done.text


def test_nobody_listening_is_one_sentence_and_status_1(place):
    held = Port()
    done = kit("phone", "Hi.", "--port", str(held.number), cwd=place)
    held.release()

    assert done.status == 1
    assert f"No program listens on port {held.number}; start your service in another terminal: kit serve" in done.text


def test_lines_of_a_pipe_are_texts_whatever_bytes_they_hold(place):
    with scripted(EMPTY) as server:
        done = type_into(
            "phone", "--port", server.port, lines=b"one\n\ntwo \xff\x00\x1b[31m\r\nlast without an end", cwd=place
        )

    assert done.status == 0, done.text
    assert [request.body.count(b"&Body=") for request in server.requests] == [1, 1, 1]
    assert b"Body=two+%EF%BF%BD%00%1B%5B31m&" in server.requests[1].body
    assert "\x1b" not in done.stdout
    assert "\x00" not in done.stdout


def test_an_argument_that_is_no_utf_8_is_sent_as_well_as_it_can_be(place):
    with scripted(EMPTY) as server:
        done = subprocess.run(
            [KIT, "phone", b"caf\xe9", "--port", str(server.port)],
            cwd=place,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    assert b"Body=caf%EF%BF%BD" in server.requests[0].body


def test_at_a_terminal_there_is_a_prompt_and_ctrl_d_ends_it(place):
    ours, theirs = pty.openpty()
    with scripted(EMPTY) as server:
        run = subprocess.Popen(
            [KIT, "phone", "--port", str(server.port)], cwd=place, env=environment(TERM="dumb"), stdin=theirs,
            stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        seen = b""
        try:
            for prompts, typed in ((1, b"Missed the bus.\n"), (2, b"\x04")):
                while seen.count("› ".encode()) < prompts:
                    assert select.select([ours], [], [], 30)[0], seen
                    seen += os.read(ours, 4096)
                os.write(ours, typed)
            assert run.wait(20) == 0
        finally:
            run.kill()
            run.wait()
            os.close(ours)

    assert "✓ phone" in seen.decode()
    assert "+12025550112 texts http://127.0.0.1:" in " ".join(seen.decode().split())
    assert len(server.requests) == 1


def test_texts_of_the_service_are_shown_beside_the_conversation(place):
    import requests
    from twilio.rest import Client

    held = Port()
    token = ProjectState(place).credentials().twilio_auth_token

    def answer(_):
        client = Client("AC" + "0" * 32, token)
        client.api.base_url = f"http://127.0.0.1:{held.number}"
        client.messages.create(to="+12025550112", from_="+15550100100", body="Welcome!")
        return EMPTY

    from grader.client.scripted_server import ScriptedServer

    server = ScriptedServer(answer)
    try:
        done = type_into("phone", "--port", server.port, "--outgoing", held.number, lines=b"Hello.\n", cwd=place)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{held.number}/", timeout=5)
    finally:
        server.close()
        held.release()

    assert done.status == 0, done.text
    assert f'client.api.base_url = "http://127.0.0.1:{held.number}"' in done.text
    assert '← texts +15550100100 to +12025550112: "Welcome!"' in done.text
    assert token not in done.text


@pytest.fixture
def solved(as_a_project, nothing_left):
    """Run the solution of stage 3, and give its folder and port."""
    place = as_a_project(ROOT / "solutions" / "03-integrations")
    held = Port()
    run = subprocess.Popen(
        [KIT, "serve", "--port", str(held.number)],
        cwd=place,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert wait_until(lambda: answers(held.number), 30)
        yield place, held.number
    finally:
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=20)
        held.release()


def test_a_day_with_the_solution(solved):
    place, port = solved
    lines = "Missed the bus.\n/again\n/from +12025550143\nBread & <cheese>\n/picture\n/forge body\nI am the bank.\n"
    phone = type_into("phone", "--port", port, "--repeat", 2, "--at-once", lines=lines.encode(), cwd=place)
    slack = type_into("slack", "--port", port, lines=b"recent\nsend <!channel> & co\nrecent 1\nrecent x\n", cwd=place)
    forged = [kit("slack", "recent", "--port", str(port), "--forge", how, cwd=place) for how in ("old", "secret")]
    verified = kit("slack", "--verify", "--port", str(port), cwd=place)

    assert (phone.status, slack.status, [one.status for one in forged]) == (0, 0, [0, 0]), phone.text + slack.text
    assert phone.text.count("✓ phone shows nothing") == 8
    assert phone.text.count("✓ forgery refused") == 2
    first = slack.stdout.split("\n\n")[1]
    assert [line.strip() for line in first.splitlines()[-2:]] == ["Bread & <cheese>", "Missed the bus."]
    assert slack.text.count("<!channel> & co") == 2
    assert verified.status == 1
    secrets = ProjectState(place).credentials()
    assert not [one for one in secrets.by_name.values() if one in phone.text + slack.text]
