"""A Slack channel in the hands of a check: commands that people type, and what they are shown."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

from grader.assertions.entries import Listing
from grader.assertions.expected import OK
from grader.assertions.json_values import Count, Value
from grader.assertions.observed import Observed
from grader.chat.api import Chat
from grader.chat.messages import Message
from grader.chat.scenarios import Timed
from grader.errors import Failed
from grader.http_client.client import Reply, as_json
from grader.service.server import Service
from grader.text.values import shorten, shown
from grader.webhooks import slack
from grader.webhooks.phone import found_first

WITHIN = slack.WITHIN + 1
"""Seconds that an answer may take: what was promised, and the slack of the checks."""


class Channel:
    """Types commands as one person; the service believes `secret`."""

    def __init__(self, service: Service, secret: str, *, user: str = "") -> None:
        self.service = service
        self.chat = Chat(service)
        self.secret = secret
        self.user = user or slack.new_user()

    def other(self) -> Channel:
        """Let another person type."""
        return Channel(self.service, self.secret)

    def namesakes(self) -> tuple[Channel, Channel]:
        """Let two people type whose ids differ from this one's in one letter: the first behind the U, and the last."""
        first = f"U{_another(self.user[1])}{self.user[2:]}"
        last = f"{self.user[:-1]}{_another(self.user[-1])}"
        return Channel(self.service, self.secret, user=first), Channel(self.service, self.secret, user=last)

    def body(self, text: str) -> bytes:
        """Write a command as the body of its request."""
        return slack.form(slack.slash_command(text, user=self.user))

    def body_with_token(self, token: str, text: str) -> bytes:
        """Write a command whose old field `token` holds something."""
        fields = slack.slash_command(text, user=self.user)
        return slack.form((name, token if name == "token" else value) for name, value in fields)

    @staticmethod
    def escaped(text: str) -> str:
        """Write a text as Slack sends and wants it: `&`, `<` and `>` escaped, and nothing else."""
        return slack.escaped(text)

    def fill(self, count: int, *, length: int = 0) -> tuple[str, ...]:
        """Send messages by the API, at least so long, and return their texts, the newest first."""
        return tuple(str(sent.fields["text"]) for sent in reversed(self.chat.send_many(count, length=length)))

    def send(self, body: bytes, **more: Any) -> Reply:
        """Send a body, signed unless told otherwise (`signed`, `secret`, `age`), and return the answer."""
        written = slack.delivery(body, **{"secret": self.secret, **more})
        return self._post(written.headers, body)

    def send_without(self, header: str, body: bytes) -> Reply:
        """Send a body without one of the headers that prove where it comes from."""
        written = slack.delivery(body, secret=self.secret)
        return self._post({name: value for name, value in written.headers.items() if name != header}, body)

    def right_signature(self, body: bytes) -> str:
        """Give the signature of a body that is sent now."""
        return slack.delivery(body, secret=self.secret).headers[slack.SIGNATURE]

    def type(self, text: str, **more: Any) -> Told:
        """Type a command, and return what is shown; raises Failed when the answer can't be shown."""
        reply = self.send(self.body(text), **more)
        if reply.code not in OK:
            raise Failed(reply.summary, expected="200", request=reply.request)
        found = as_json(reply)
        if not isinstance(found, dict) or not isinstance(found.get("text"), str):
            raise Failed(reply.summary, expected="a JSON object with a string text", request=reply.request)
        return Told(found["text"], found.get("response_type"), reply)

    def store(self, text: str) -> Message:
        """Send a message by command, and return what it became."""
        return self.store_timed(text).message

    def store_timed(self, text: str, **more: Any) -> Timed:
        """Send a message by command, and remember when; return it with what it became."""
        begun = time.time()
        told = self.type(f"send {text}", **more)
        ended = time.time()
        return Timed(found_first(self.chat.page(limit=100), text, told.reply.request), begun, ended)

    def _post(self, headers: Mapping[str, str], body: bytes) -> Reply:
        return self.service.request("POST", slack.PATH, headers=headers, body=body, patience=WITHIN)


class Shown(str, Observed):
    """The text of an answer, as somebody in the channel reads it."""

    def __new__(cls, text: str, *, request: str) -> Self:
        made = super().__new__(cls, text)
        made.request = request
        return made

    def expected_text(self, operator: str, other: object) -> str:
        said = shown(str(other))
        return {"in": f"a text that contains {said}", "not in": f"a text without {said}", "!=": "some explanation"}.get(
            operator, f"the text {said}"
        )

    def actual_text(self) -> str:
        return f"the text {shorten(self.encode())}"


class ShownTexts(Listing):
    """Those of some texts that stand in an answer; `what` holds the answer."""

    def actual_text(self) -> str:
        return super().actual_text() if self else f"no {self.what}"


class Told:
    """What the service answered to a command."""

    def __init__(self, text: str, response_type: object, reply: Reply) -> None:
        self.reply = reply
        self.text = Shown(text, request=reply.request)
        self.response_type = Value(response_type, name="response_type", request=reply.request)

    def times(self, text: str) -> Count:
        """Count how often a text is shown."""
        return Count(len(_places(self.text, text)), request=self.reply.request)

    def listing(self, texts: Sequence[str]) -> ShownTexts:
        """List which of these texts are shown, in the order given if they stand in that order or exactly reversed.

        One that is shown several times is listed as often.
        """
        places = sorted((place, text) for text in texts for place in _places(self.text, text))
        found = [text for _, text in places]
        reverse = [text for text in reversed(texts) if text in found]
        ordered = found[::-1] if found == reverse else found
        return ShownTexts(ordered, request=self.reply.request, what=f"text in {shorten(self.text.encode())}")


def _another(letter: str) -> str:
    return "Z" if letter != "Z" else "Y"


def _places(whole: str, part: str) -> list[int]:
    found, place = [], whole.find(part)
    while place >= 0:
        found.append(place)
        place = whole.find(part, place + len(part))
    return found
