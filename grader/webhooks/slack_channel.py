"""A simulated Slack channel: sends commands to a service as Slack does, and reads the text that users would see."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

from grader.assertions.entries import Listing
from grader.assertions.expected import OK
from grader.assertions.json_values import Count, Value
from grader.assertions.observed import Observed
from grader.chat.api import Chat
from grader.chat.messages import Message, found_first
from grader.chat.scenarios import Timed
from grader.errors import Failed
from grader.http_client.json_body import as_json
from grader.http_client.reply import Reply
from grader.service.server import Service
from grader.testdata.random_values import words
from grader.text.values import shorten, shown
from grader.webhooks import slack

WITHIN = slack.WITHIN + 1
"""Seconds that an answer may take: the limit of the contract, and 1 s of slack."""


class Channel:
    """A Slack channel in which one user types commands. `secret` signs the requests."""

    def __init__(self, service: Service, secret: str, *, user: str = "", name: str = "somebody") -> None:
        self.service = service
        self.chat = Chat(service)
        self.secret = secret
        self.user = user or slack.new_user()
        self.name = name

    def other(self) -> Channel:
        """Give the channel with another user, who types from then on."""
        return Channel(self.service, self.secret)

    def renamed(self) -> Channel:
        """Give the channel with the same user, who has changed the name that Slack sends beside the id."""
        return Channel(self.service, self.secret, user=self.user, name=words(1))

    def namesakes(self) -> tuple[Channel, Channel]:
        """Give two channels with other users, whose ids differ in one letter: the first after the U, or the last."""
        first = f"U{_another(self.user[1])}{self.user[2:]}"
        last = f"{self.user[:-1]}{_another(self.user[-1])}"
        return Channel(self.service, self.secret, user=first), Channel(self.service, self.secret, user=last)

    def body(self, text: str) -> bytes:
        """Write a command as the body of its request."""
        return slack.form(slack.slash_command(text, user=self.user, name=self.name))

    def body_with_token(self, token: str, text: str) -> bytes:
        """Write a command whose old field `token` holds this value."""
        fields = slack.slash_command(text, user=self.user)
        return slack.form((name, token if name == "token" else value) for name, value in fields)

    @staticmethod
    def escaped(text: str) -> str:
        """Write a text as Slack sends and expects it: `&`, `<` and `>` are escaped, and nothing else."""
        return slack.escaped(text)

    def fill(self, count: int, *, length: int = 0) -> tuple[str, ...]:
        """Send `count` messages by the API, of `length` characters or more, and return their texts, newest first."""
        return tuple(str(sent.fields["text"]) for sent in reversed(self.chat.send_many(count, length=length)))

    def send(
        self, body: bytes, *, headers: Mapping[str, str | None] | None = None, method: str = "POST", **more: Any
    ) -> Reply:
        """Send a body with its signature, and return the answer. `headers` are sent besides the usual ones.

        `signed`, `secret` and `age` change the signature.
        """
        written = slack.delivery(body, **{"secret": self.secret, **more})
        return self._post({**written.headers, **(headers or {})}, body, method)

    def send_without(self, header: str, body: bytes) -> Reply:
        """Send a body without one of the headers that prove that it comes from Slack."""
        written = slack.delivery(body, secret=self.secret)
        return self._post({name: value for name, value in written.headers.items() if name != header}, body)

    def right_signature(self, body: bytes) -> str:
        """Give the right signature for a body that is sent now."""
        return slack.delivery(body, secret=self.secret).headers[slack.SIGNATURE]

    def type(self, text: str, **more: Any) -> Told:
        """Send a command, and return the answer as Slack shows it; raises Failed when Slack couldn't show it."""
        reply = self.send(self.body(text), **more)
        if reply.code not in OK:
            raise Failed(reply.summary, expected="200", request=reply.request)
        found = as_json(reply)
        if not isinstance(found, dict) or not isinstance(found.get("text"), str):
            raise Failed(reply.summary, expected="a JSON object with a string text", request=reply.request)
        return Told(found["text"], found.get("response_type"), reply)

    def store(self, text: str) -> Message:
        """Send a message by the command `send`, and return the message that it became."""
        return self.store_timed(text).message

    def store_timed(self, text: str, **more: Any) -> Timed:
        """Send a message by the command `send`. Return what it became, with the time of the request and the answer."""
        before = self.chat.page(limit=100)
        begun = time.time()
        answer = self.type(f"send {text}", **more)
        ended = time.time()
        new = self.chat.page(limit=100).without(before.ids)
        return Timed(found_first(new, text, answer.reply.request, new=True), begun, ended)

    def _post(self, headers: Mapping[str, str | None], body: bytes, method: str = "POST") -> Reply:
        return self.service.request(method, slack.PATH, headers=headers, body=body, patience=WITHIN)


class Shown(str, Observed):
    """The text of an answer, as a user in the channel reads it."""

    def __new__(cls, text: str, *, request: str) -> Self:
        made = super().__new__(cls, text)
        made.request = request
        return made

    def expected_text(self, operator: str, other: object) -> str:
        part = shown(str(other))
        return {"in": f"a text that contains {part}", "not in": f"a text without {part}", "!=": "some explanation"}.get(
            operator, f"the text {part}"
        )

    def actual_text(self) -> str:
        return f"the text {shorten(self.encode())}"


class Told:
    """The service's answer to a command."""

    def __init__(self, text: str, response_type: object, reply: Reply) -> None:
        self.reply = reply
        self.text = Shown(text, request=reply.request)
        self.response_type = Value(response_type, name="response_type", request=reply.request)

    def times(self, text: str) -> Count:
        """Count how often the answer holds a text."""
        return Count(len(_places(self.text, text)), request=self.reply.request)

    def listing(self, texts: Sequence[str]) -> Listing:
        """List those of the texts that the answer holds. An answer in exactly reversed order counts as in order.

        A text that the answer holds several times is listed as often.
        """
        places = sorted((place, text) for text in texts for place in _places(self.text, text))
        found = [text for _, text in places]
        reverse = [text for text in reversed(texts) if text in found]
        ordered = found[::-1] if found == reverse else found
        return Listing(ordered, request=self.reply.request, what=f"text in {shorten(self.text.encode())}")


def _another(letter: str) -> str:
    return "Z" if letter != "Z" else "Y"


def _places(whole: str, part: str) -> list[int]:
    found, place = [], whole.find(part)
    while place >= 0:
        found.append(place)
        place = whole.find(part, place + len(part))
    return found
