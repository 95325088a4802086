"""A user of Slack: what the learner types reaches the service as Slack delivers it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qs

from grader.assertions.expected import RESPONSE_TYPES
from grader.errors import Failed, TooLate, UsageError
from grader.http_client.json_body import as_json
from grader.http_client.reply import Reply
from grader.interactive.event import Came, Event, Verdict, fine, wrong
from grader.interactive.wording import no_answer, of_forgery, quoted
from grader.text.values import printable
from grader.webhooks import slack
from grader.webhooks.twilio import Delivery

USER = "U07QK2M4ABC"
COMMAND = "/chat"
PATIENCE = 10.0
"""How long the kit waits for an answer, in seconds. Slack waits for 3; the kit can so show a late answer."""
AGES = MappingProxyType({"old": 600.0, "future": -600.0})
FORGERIES: Mapping[str, str] = MappingProxyType(
    {
        "missing": "no signature at all",
        "wrong": "a signature that was made up",
        "old": "a right signature that is 600 s old",
        "future": "a right signature from 600 s ahead",
        "secret": "a signature made with another secret",
    }
)
LINES = 40
REFUSALS = (401, 403)
OBEYED = re.compile(r"<[!@#][^<>]*>")
"""What Slack takes for a command, such as a mention of a person, when it isn't escaped."""

Understood = Callable[[Reply], Verdict]


@dataclass
class Typist:
    """A user who types slash commands. They are signed with `secret`, or forged in the way of `forge`."""

    secret: str
    user: str = USER
    forge: str = ""
    patience: float = PATIENCE
    last: tuple[tuple[str, str], ...] | None = None

    def write(self, text: str) -> Event:
        """Make the event of a slash command."""
        return self._event(slack.slash_command(text, user=self.user, command=COMMAND))

    def again(self) -> Event | None:
        """Return the event of the last command once more; None when there was none."""
        return None if self.last is None else self._event(self.last)

    def verification(self) -> Event:
        """Make the event by which Slack verifies that a URL belongs to the app."""
        challenge = secrets.token_urlsafe(24)
        body = slack.url_verification(challenge)
        sent = ("URL verification: send this challenge back", challenge)
        return self._made(body, sent, "application/json", lambda reply: _verified(reply, challenge))

    def _event(self, fields: tuple[tuple[str, str], ...]) -> Event:
        self.last = fields
        known = dict(fields)
        typed = f"{COMMAND} {_unescaped(known['text'])}" if known["text"] else COMMAND
        sent = (
            f"{known['user_id']} types {quoted(typed)}",
            f"trigger_id {known['trigger_id']}, {len(fields)} parameters",
        )
        return self._made(slack.form(fields), sent, slack.FORM, _understood)

    def _made(self, body: bytes, sent: tuple[str, ...], kind: str, understood: Understood) -> Event:
        forge = self.forge

        def judge(came: Came) -> Verdict:
            verdict = _too_late(came) or no_answer(came, "Slack", slack.PATH)
            if verdict or not isinstance(came, Reply):
                return verdict or wrong("Slack")
            return of_forgery(came, 401) if forge else understood(came)

        over = f"over the time of sending and {len(body)} bytes of body"
        return Event(
            sent,
            ("forged", f"with {FORGERIES[forge]}") if forge else ("signed", over),
            lambda number: self._delivery(body, kind, forge, number),
            judge,
            self.patience,
        )

    def _delivery(self, body: bytes, kind: str, forge: str, retry: int) -> Delivery:
        secret = secrets.token_hex(16) if forge == "secret" else self.secret
        signed = f"v0={secrets.token_hex(32)}" if forge == "wrong" else None
        written = slack.delivery(body, secret=secret, age=AGES.get(forge, 0), kind=kind, signed=signed, retry=retry)
        if forge != "missing":
            return written
        headers = {name: value for name, value in written.headers.items() if name != slack.SIGNATURE}
        return Delivery(written.target, headers, body)


def user(text: str) -> str:
    """Return a person's id at Slack; raises UsageError when it isn't valid."""
    if not re.fullmatch(r"[UW][A-Z0-9]{2,20}", text):
        raise UsageError(f"A person's id at Slack is U and capitals and digits, as in {USER}, not {quoted(text)}.")
    return text


def _unescaped(text: str) -> str:
    """Undo the three escapes, the ampersand last."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _too_late(came: Came) -> Verdict | None:
    """Return the verdict on an answer that came too late; None when it came in time."""
    late = isinstance(came, TooLate) or (isinstance(came, Reply) and came.seconds > slack.WITHIN)
    text = f'gave up after {slack.WITHIN:.0f} s, and showed: {COMMAND} failed with the error "operation_timeout"'
    return wrong("Slack", text) if late else None


def _understood(reply: Reply) -> Verdict:
    """Return the verdict on an answer: what Slack shows for it, or why it can't use it."""
    if reply.code in REFUSALS:
        return wrong(
            "Slack",
            "was refused, though this is signed as Slack signs. Does the service know the same secret, "
            "and does it sign the body as it came, byte by byte?",
        )
    fault, text, audience = _read(reply)
    if fault:
        return _unusable(fault)
    if found := OBEYED.search(text):
        return wrong("Slack", f"doesn't show {quoted(found.group())}, but obeys it: the < isn't escaped.")
    whom = "to you alone (ephemeral):" if audience == "ephemeral" else "to the whole channel (in_channel):"
    return fine("Slack", f"shows, {whom}", *_lines(_unescaped(text)))


def _read(reply: Reply) -> tuple[str, str, str]:
    """Return what is wrong with an answer (empty when nothing is), its text, and its `response_type`."""
    if reply.code != 200:
        return f"the status {reply.code}", "", ""
    try:
        found = as_json(reply)
    except Failed as failed:
        return f"it hasn't {failed.expected}" if "content" in failed.expected else f"it isn't {failed.expected}", "", ""
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        return "it isn't an object with a string text", "", ""
    if found.get("response_type") not in RESPONSE_TYPES:
        return f"its response_type isn't {' or '.join(RESPONSE_TYPES)}", "", ""
    return "", found["text"], found["response_type"]


def _verified(reply: Reply, challenge: str) -> Verdict:
    """Return the verdict on an answer to URL verification. Slack accepts the challenge in three formats."""
    plain = reply.content.decode("utf-8", "replace").strip()
    given: object = None
    try:
        found = json.loads(plain)
        given = found.get("challenge") if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        given = parse_qs(plain).get("challenge", [None])[0]
    if reply.code == 200 and challenge in (plain, given):
        return fine("Slack", "accepts this URL: the challenge came back.")
    return wrong("Slack", "won't send events to this URL: the challenge didn't come back.")


def _unusable(why: str) -> Verdict:
    return wrong("Slack", f"can't use this answer: {why}. It tells the person that the app failed.")


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    more = [f"and {len(lines) - LINES} lines more"] if len(lines) > LINES else []
    return [printable(line) for line in lines[:LINES]] + more
