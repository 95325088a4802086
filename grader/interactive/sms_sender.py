"""A telephone: what the learner texts reaches the service as Twilio delivers it."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from grader.errors import UsageError
from grader.http_client.client import KEPT
from grader.http_client.reply import Reply
from grader.interactive.event import Came, Event, Verdict, fine, wrong
from grader.interactive.wording import MOST, no_answer, of_forgery, quoted
from grader.webhooks import twilio
from grader.webhooks.twilio import ACCOUNT, Delivery, Parameters

NUMBER = "+12025550112"
PICTURE = "http://127.0.0.1:9/media/horse.jpg"
ELSEWHERE = "https://elsewhere.example"
PATIENCE = 15.0
"""How long Twilio waits for an answer, in seconds."""
LONGEST = 1600
FORGERIES: Mapping[str, str] = MappingProxyType(
    {
        "missing": "no signature at all",
        "wrong": "a signature that was made up",
        "body": "the right signature of another text",
        "url": f"the right signature for another URL, {ELSEWHERE}{twilio.PATH}",
        "token": "a signature made with another token",
    }
)


@dataclass
class Telephone:
    """A telephone that texts a service. The texts are signed with `token`, or forged in the way of `forge`.

    The signature is for `public_url`; the delivery goes to `dialled`.
    """

    token: str
    public_url: str
    dialled: str
    number: str = NUMBER
    query: str = ""
    forge: str = ""
    patience: float = PATIENCE
    last: Parameters | None = None

    def write(self, text: str) -> Event:
        """Make the event of a new text message."""
        return self._event(twilio.text_message(text, self.number, account=ACCOUNT))

    def picture(self, text: str = "") -> Event:
        """Make the event of a message with a picture, with a text or without."""
        event = twilio.new_event("MM")
        return self._event(twilio.text_message(text, self.number, event=event, account=ACCOUNT, media=[PICTURE]))

    def again(self) -> Event | None:
        """Return the last event once more, signed or forged as set now; None when there was none."""
        return None if self.last is None else self._event(self.last)

    def _event(self, message: Parameters) -> Event:
        self.last = message
        fields = dict(message)
        sent = twilio.with_all_fields(message)
        forge = self.forge

        def judge(came: Came) -> Verdict:
            verdict = no_answer(came, "Twilio", twilio.PATH)
            if verdict or not isinstance(came, Reply):
                return verdict or wrong("Twilio")
            return of_forgery(came, 403) if forge else self._understood(came)

        text, pictures = quoted(fields["Body"]), fields["NumMedia"] != "0"
        what = (f"{text} and a picture" if fields["Body"] else "a picture") if pictures else text
        return Event(
            (
                f"{fields['From']} to {fields['To']}: {what}",
                f"MessageSid {fields['MessageSid']}, {len(sent)} parameters",
            ),
            ("forged", f"with {FORGERIES[forge]}") if forge else ("signed", self._url),
            lambda _: self._delivery(sent, forge),
            judge,
            self.patience,
        )

    @property
    def _url(self) -> str:
        url = f"{self.public_url}{twilio.PATH}" + (f"?{self.query}" if self.query else "")
        return url if self.public_url == self.dialled else f"{url}, delivered to {self.dialled}"

    def _delivery(self, message: Parameters, forge: str) -> Delivery:
        def written(message: Parameters = message, **other: Any) -> Delivery:
            return twilio.delivery(
                message, **{"token": self.token, "public_url": self.public_url, "query": self.query, **other}
            )

        right = written()
        if forge == "missing":
            headers = {name: value for name, value in right.headers.items() if name != twilio.SIGNATURE}
            return Delivery(right.target, headers, right.body)
        changed = tuple((name, value + "!" if name == "Body" else value) for name, value in message)
        others = {
            "wrong": lambda: base64.b64encode(secrets.token_bytes(20)).decode(),
            "body": lambda: written(changed).headers[twilio.SIGNATURE],
            "url": lambda: written(public_url=ELSEWHERE).headers[twilio.SIGNATURE],
            "token": lambda: written(token=secrets.token_hex(16)).headers[twilio.SIGNATURE],
        }
        return written(signed=others[forge]()) if forge else right

    def _understood(self, reply: Reply) -> Verdict:
        """Return the verdict on an answer: what the telephone shows for it, or why Twilio can't use it."""
        if reply.code in (401, 403):
            text = (
                "was refused, though this is signed as Twilio signs. Does the service know the same token, and is its"
            )
            return wrong("Twilio", f"{text} PUBLIC_URL {self.public_url}?")
        try:
            texts = twilio.read_answer(reply.code, reply.headers, reply.content)
        except twilio.NotTwiml as unusable:
            return wrong("Twilio", f"can't use this answer: {unusable}. The phone shows nothing.")
        shown = [f"{'and' if place else 'shows'} {quoted(text, LONGEST)}" for place, text in enumerate(texts[:MOST])]
        more = [f"and {len(texts) - MOST} more"] if len(texts) > MOST else []
        return fine("phone", *(shown or ["shows nothing, as the answer holds no text."]), *more)


def number(text: str) -> str:
    """Return a telephone number; raises UsageError when it isn't valid."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", text):
        raise UsageError(f"A telephone number is + and 7 to 15 digits, as in {NUMBER}, not {quoted(text)}.")
    return text


def public_url(text: str) -> str:
    """Return a public URL without a slash at its end; raises UsageError when it isn't valid."""
    if not re.fullmatch(r"https?://[^/?#:@\s]+(:[0-9]+)?/?", text):
        raise UsageError(f"A public URL is like https://chat.example.test, without a path, not {quoted(text)}.")
    return text.removesuffix("/")


def on_the_wire(query: str) -> str:
    """Return a query as the kit sends it: unchanged, except for escapes of characters that no request may have."""
    return quote(query.removeprefix("?").encode("utf-8", "surrogateescape"), safe=KEPT)
