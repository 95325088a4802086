"""Slack, played: slash commands and URL verification as they are sent, signed as they are signed.

The signature is the one that Slack documents; a test holds it against the official library and framework.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from urllib.parse import urlencode

from grader.testdata.random_values import capitals, hexadecimal
from grader.webhooks.twilio import Delivery

PATH = "/webhooks/slack"
TIMESTAMP = "X-Slack-Request-Timestamp"
SIGNATURE = "X-Slack-Signature"
FORM = "application/x-www-form-urlencoded"
WITHIN = 3.0
"""Seconds after which the provider tells the person who typed that the app did not answer."""
LONGEST_AGE = 300
"""Seconds by which a request's timestamp may be off, in either direction."""


def new_user() -> str:
    """Draw the id of a person."""
    return f"U{capitals(9)}"


def escaped(text: str) -> str:
    """Write a text as the provider sends and wants it: three characters escaped, the ampersand first."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slash_command(text: str, *, user: str = "", command: str = "/chat") -> tuple[tuple[str, str], ...]:
    """List the fields of a slash command, in the order they are sent; `text` is written as the provider does.

    The old `token` field proves nothing and holds nothing here.
    """
    return (
        ("token", hexadecimal(24)),
        ("team_id", f"T{capitals(8)}"),
        ("team_domain", "four-friends"),
        ("channel_id", f"C{capitals(9)}"),
        ("channel_name", "tents"),
        ("user_id", user or new_user()),
        ("user_name", "somebody"),
        ("command", command),
        ("text", escaped(text)),
        ("api_app_id", f"A{capitals(9)}"),
        ("is_enterprise_install", "false"),
        ("response_url", "http://127.0.0.1:9/commands/response"),
        ("trigger_id", f"{hexadecimal(12)}.{hexadecimal(10)}"),
    )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a request: `v0=` and the hexadecimal HMAC-SHA256 over version, timestamp and the body's bytes."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


def delivery(
    body: bytes,
    *,
    secret: str,
    age: float = 0,
    stamp: str = "",
    kind: str = FORM,
    signed: str | None = None,
    retry: int = 0,
) -> Delivery:
    """Write a request; `age` in seconds makes its timestamp old, or lie ahead where it is negative.

    `stamp` takes the place of that timestamp, and is signed like it;
    `signed` takes the place of the right signature, empty or not; `retry` counts from 1 and says why.
    """
    timestamp = stamp or str(int(time.time() - age))
    right = signature(secret, timestamp, body)
    headers = {"Content-Type": kind, TIMESTAMP: timestamp, SIGNATURE: right if signed is None else signed}
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    return Delivery(PATH, headers, body)


def form(fields: Iterable[tuple[str, str]]) -> bytes:
    """Write fields as a form's body."""
    return urlencode(tuple(fields)).encode()


def url_verification(challenge: str) -> bytes:
    """Write the body of the request that asks whether a URL belongs to the app."""
    return json.dumps({"token": hexadecimal(24), "challenge": challenge, "type": "url_verification"}).encode()
