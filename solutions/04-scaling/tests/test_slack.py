"""Slash commands: Slack is played by its own library, which signs as Slack does."""

import time
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from .conftest import SLACK_SIGNING_SECRET


def type_command(client, text, *, age=0, secret=SLACK_SIGNING_SECRET, trigger="1.2.3"):
    form = {"user_id": "U07", "command": "/chat", "text": text, "trigger_id": trigger}
    body = urlencode(form)
    timestamp = str(int(time.time()) - age)
    signed = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signed}
    return client.post("/webhooks/slack", data=body, content_type="application/x-www-form-urlencoded", headers=headers)


def texts(client):
    return [message["text"] for message in client.get("/messages").json["messages"]]


def test_send_stores_the_characters_that_somebody_typed(client):
    assert type_command(client, "send fish &amp; chips &lt; 5 &amp;lt;").status_code == 200
    assert texts(client) == ["fish & chips < 5 &lt;"]


def test_recent_shows_the_newest_and_escapes_what_it_shows(client):
    for number in range(3):
        client.post("/messages", json={"text": f"<!channel> & {number}"})
    answer = type_command(client, "recent 2").json
    assert answer["response_type"] == "ephemeral"
    assert answer["text"].splitlines() == ["&lt;!channel&gt; &amp; 2", "&lt;!channel&gt; &amp; 1"]


@pytest.mark.parametrize("typed", ["", "sent it", "send", "send  ", "recent 0", "recent 1000", "recent two"])
def test_what_it_does_not_know_is_explained_and_not_stored(client, typed):
    answer = type_command(client, typed)
    assert answer.status_code == 200
    assert "send MESSAGE" in answer.json["text"]
    assert texts(client) == []


@pytest.mark.parametrize("wrong", [{"secret": "another"}, {"age": 600}, {"age": -600}])
def test_a_forgery_is_refused_and_not_stored(client, wrong):
    assert type_command(client, "send hello", **wrong).status_code == 401
    assert texts(client) == []


def test_one_command_delivered_twice_is_one_message(client):
    type_command(client, "send hello")
    type_command(client, "send hello")
    type_command(client, "send hello", trigger="4.5.6")
    assert texts(client) == ["hello", "hello"]
