"""Writes the requests that Slack sends: slash commands and URL verification, with Slack's signature.

The signature is the one that Slack documents. A test compares it with the official library and framework.
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
"""Seconds after which Slack shows the user that the app did not answer."""
LONGEST_AGE = 300
"""Seconds by which the timestamp of a request may be wrong, in either direction."""


def new_user() -> str:
    """Draw the id of a user."""
    return f"U{capitals(9)}"


def escaped(text: str) -> str:
    """Write a text as Slack sends and expects it: three characters are escaped, the ampersand first."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slash_command(
    text: str, *, user: str = "", name: str = "somebody", command: str = "/chat"
) -> tuple[tuple[str, str], ...]:
    """List the fields of a slash command in the order in which Slack sends them, with `text` escaped.

    The old field `token` holds a random value here, because it proves nothing.
    """
    return (
        ("token", hexadecimal(24)),
        ("team_id", f"T{capitals(8)}"),
        ("team_domain", "four-friends"),
        ("channel_id", f"C{capitals(9)}"),
        ("channel_name", "tents"),
        ("user_id", user or new_user()),
        ("user_name", name),
        ("command", command),
        ("text", escaped(text)),
        ("api_app_id", f"A{capitals(9)}"),
        ("is_enterprise_install", "false"),
        ("response_url", "http://127.0.0.1:9/commands/response"),
        ("trigger_id", f"{hexadecimal(12)}.{hexadecimal(10)}"),
    )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a request: `v0=` and the hexadecimal HMAC-SHA256 of the version, the timestamp and the bytes of the body."""
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
    """Write a request as Slack sends it.

    `age` is the age of the timestamp in seconds; a negative age lies in the future. `stamp` replaces the timestamp, and
    the signature covers it. `signed` replaces the right signature, and may be empty. `retry` is the number of a
    repeated delivery, from 1: it adds two headers, with the number and the reason.
    """
    timestamp = stamp or str(int(time.time() - age))
    right = signature(secret, timestamp, body)
    headers = {"Content-Type": kind, TIMESTAMP: timestamp, SIGNATURE: right if signed is None else signed}
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    return Delivery(PATH, headers, body)


def form(fields: Iterable[tuple[str, str]]) -> bytes:
    """Write fields as the body of a form."""
    return urlencode(tuple(fields)).encode()


def url_verification(challenge: str) -> bytes:
    """Write the body of the request by which Slack asks whether a URL belongs to the app."""
    return json.dumps({"token": hexadecimal(24), "challenge": challenge, "type": "url_verification"}).encode()
