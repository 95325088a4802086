"""The ways in which a message gets into a service: by the API, as a reply, as a text message, as a Slack command."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from grader.assertions.expected import DELIVERED, OK, STORED, OneOf
from grader.errors import Failed
from grader.http_client.client import AS_JSON
from grader.http_client.kept import Answer, KeptConnection
from grader.project.credentials import SHOWN_URL, Credentials
from grader.service.server import Service
from grader.testdata.random_values import words
from grader.webhooks import slack, twilio

LONGEST = 1500
"""Characters of a big message. A text message has 1,600 at most."""
REFUSING = (429, 503)
"""The statuses by which a service may say that it has too much to do."""


@dataclass(frozen=True)
class WritePath:
    """One way in: what it is called, who writes the request for a text, and the statuses that mean success."""

    name: str
    send: Callable[[KeptConnection, str], Answer]
    success: OneOf
    parent: object = None
    """The id of the message to which everything on this way replies."""

    @property
    def thread(self) -> str:
        """The path of the message to which everything on this way replies; empty where it replies to none."""
        return "" if self.parent is None else f"/messages/{self.parent}"

    def store(self, connection: KeptConnection, text: str) -> Answer | None:
        """Send a message with this text; None when the service has too much to do. Raises Failed when it refuses."""
        answer = self.send(connection, text)
        if answer.code in REFUSING:
            return None
        if answer.code not in self.success:
            raise Failed(answer.reply.summary, expected=str(self.success), request=answer.exchange.line)
        return answer


def write_paths(service: Service, credentials: Credentials) -> list[WritePath]:
    """List the ways that this service has; what an earlier stage asks for and the service lacks is left out.

    The service has to run with the environment of these credentials. Sends one message on each way.
    """
    api = WritePath("POST /messages", _by_api, STORED)
    with KeptConnection(service.port.number) as connection:
        first = api.store(connection, words())
        found = [api]
        parent = _id_in(first)
        wanted = [
            WritePath("a reply", lambda one, text: _by_api(one, text, reply_to=parent), STORED, parent),
            WritePath("a text message", _by_twilio(credentials), DELIVERED),
            WritePath("a Slack command", _by_slack(credentials), OK),
        ]
        for path in wanted:
            text = words()
            with contextlib.suppress(Failed):
                path.send(connection, text)
                if _shows(connection, path, text):
                    found.append(path)
    return found


def big(text: str) -> str:
    """Make a text big, so that a page of such texts takes long to read."""
    return text.ljust(LONGEST, "-")


def _shows(connection: KeptConnection, path: WritePath, text: str) -> bool:
    """Tell whether a message came in on a way, and as what it was sent."""
    limit = 40 + sum(text.encode()) % 60  # a page that nobody asked for lies in no cache
    page = connection.get(f"/messages?limit={limit}").content
    thread = connection.get(path.thread).content if path.thread else page
    return text.encode() in page and text.encode() in thread


def _by_api(connection: KeptConnection, text: str, **more: object) -> Answer:
    body = json.dumps({"text": text, **more}).encode()
    return connection.ask(connection.written("POST", "/messages", body, dict(AS_JSON)))


def _by_twilio(credentials: Credentials) -> Callable[[KeptConnection, str], Answer]:
    def send(connection: KeptConnection, text: str) -> Answer:
        url = SHOWN_URL.replace("{port}", str(connection.port))
        made = twilio.delivery(twilio.text_message(text), token=credentials.twilio_auth_token, public_url=url)
        return connection.ask(connection.written("POST", made.target, made.body, dict(made.headers)))

    return send


def _by_slack(credentials: Credentials) -> Callable[[KeptConnection, str], Answer]:
    def send(connection: KeptConnection, text: str) -> Answer:
        body = slack.form(slack.slash_command(f"send {text}"))
        made = slack.delivery(body, secret=credentials.slack_signing_secret)
        return connection.ask(connection.written("POST", slack.PATH, body, dict(made.headers)))

    return send


def _id_in(answer: Answer | None) -> object:
    try:
        return json.loads(answer.content)["id"] if answer else None
    except (ValueError, KeyError, TypeError):
        return None
