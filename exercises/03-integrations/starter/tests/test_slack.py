"""Slash commands, asked as Slack asks: a form, a time, and a signature over the bytes of both."""

import hmac
import time
from urllib.parse import urlencode

import pytest

from server import create_app

SECRET = "a secret for tests"


@pytest.fixture
def client(tmp_path):
    return create_app(str(tmp_path / "chat.db"), {"SLACK_SIGNING_SECRET": SECRET}).test_client()


def type_command(client, text, *, age=0, secret=SECRET, trigger="1.2.3"):
    body = urlencode({"user_id": "U07", "command": "/chat", "text": text, "trigger_id": trigger})
    timestamp = str(int(time.time()) - age)
    signed = hmac.digest(secret.encode(), f"v0:{timestamp}:{body}".encode(), "sha256").hex()
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signed}"}
    return client.post("/webhooks/slack", data=body, content_type="application/x-www-form-urlencoded", headers=headers)


def test_send_stores_the_message(client):
    assert type_command(client, "send hello").status_code == 200
    [message] = client.get("/messages").json["messages"]
    assert message["text"] == "hello"


# TODO 3.9: how old may a command be, and how far in the future?
# TODO 3.10, 3.11: what can somebody type, and what does each answer hold?
