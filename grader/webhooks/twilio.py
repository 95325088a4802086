"""Writes the requests by which Twilio delivers text messages, with Twilio's signature, and reads the answers.

The signature is the one that Twilio documents for form posts. A test compares it with the official library.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from grader.testdata.random_values import hexadecimal, telephone_number

PATH = "/webhooks/twilio"
SIGNATURE = "X-Twilio-Signature"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
SERVICE_NUMBER = "+15550100100"
ACCOUNT = "AC" + "0" * 30 + "42"
"""The account of the kit's telephone. The kit's endpoint for outgoing messages takes every SID of this form."""
XML = ("text/xml", "application/xml")

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Delivery:
    """One HTTP request of a provider: its target, its headers, and the bytes of its body."""

    target: str
    headers: Mapping[str, str]
    body: bytes


class NotTwiml(Exception):
    """An answer that Twilio cannot use. The text says what is wrong with it."""


def new_event(prefix: str = "SM") -> str:
    """Draw the id of a new event, a MessageSid."""
    return prefix + hexadecimal(32)


def text_message(
    body: str, sender: str = "", *, event: str = "", account: str = "", media: Sequence[str] = ()
) -> Parameters:
    """List the parameters that every text message has, and those of its pictures, in the order of the request."""
    pictures = [
        (name, value)
        for number, url in enumerate(media)
        for name, value in ((f"MediaContentType{number}", "image/jpeg"), (f"MediaUrl{number}", url))
    ]
    return (
        ("MessageSid", event or new_event()),
        ("AccountSid", account or new_event("AC")),
        ("From", sender or telephone_number()),
        ("To", SERVICE_NUMBER),
        ("Body", body),
        ("NumMedia", str(len(media))),
        *pictures,
    )


def with_all_fields(message: Parameters) -> Parameters:
    """Add the other parameters that Twilio sends: the id under other names, places, and empty values."""
    known = dict(message)
    event = known.get("MessageSid", "")
    return (
        ("ToCountry", "US"),
        ("ToState", "CA"),
        ("SmsMessageSid", event),
        ("ToCity", ""),
        ("FromZip", "94105"),
        ("SmsSid", event),
        ("FromState", "CA"),
        ("SmsStatus", "received"),
        ("FromCity", "SAN FRANCISCO"),
        ("FromCountry", "US"),
        ("ToZip", ""),
        ("NumSegments", str(max(1, -(-len(known.get("Body", "")) // 153)))),
        ("ApiVersion", "2010-04-01"),
        *message,
    )


def signature(token: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Sign a request: base64 of the HMAC-SHA1 of the URL and of each name and value, sorted by name."""
    signed = url + "".join(f"{name}{value}" for name, value in sorted(parameters))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def delivery(
    message: Parameters, *, token: str, public_url: str, path: str = PATH, query: str = "", signed: str | None = None
) -> Delivery:
    """Write the request that delivers a message.

    `public_url` is the scheme, host and port that Twilio calls. `query` is sent and signed unchanged. `signed` replaces
    the right signature, and may be empty.
    """
    target = f"{path}?{query}" if query else path
    right = signature(token, f"{public_url}{target}", message)
    return Delivery(
        target, {"Content-Type": FORM, SIGNATURE: right if signed is None else signed}, urlencode(message).encode()
    )


def read_answer(code: int, headers: Mapping[str, str], content: bytes) -> tuple[str, ...]:
    """Return the texts that an answer sends back to the telephone; raises NotTwiml when Twilio couldn't use it.

    The names of `headers` are in small letters. A 204 without a body sends no text back.
    """
    if code == 204 and not content:
        return ()
    if code != 200:
        raise NotTwiml(f"the status {code}")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in XML:
        raise NotTwiml(f"the content type {kind or '(none)'}")
    try:
        root = ET.fromstring(content)  # noqa: S314 - the parser limits entities, and the HTTP client limits the size
    except (ET.ParseError, ValueError, LookupError):
        raise NotTwiml("XML that isn't well-formed") from None
    if root.tag != "Response":
        raise NotTwiml(f"the root element {root.tag}")
    return tuple("".join(found.itertext()).strip() for found in root.iter("Message"))
