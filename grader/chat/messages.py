"""Reads messages and pages from answers of a service, and raises Failed where they differ from the contract."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.assertions.entries import Listing
from grader.assertions.json_values import Count, Ids, Value, same
from grader.chat import instant
from grader.chat.instant import Instant
from grader.errors import Failed
from grader.http_client.json_body import as_json
from grader.http_client.reply import Reply
from grader.text.difference import beside, listed
from grader.text.values import shown

ID_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-")

MEMBERS = ("id", "text", "created_at", "reply_to", "author", "source")
"""The members of a message that the contract names. A server may add others."""
PAGE = 20
"""How many messages a page has unless the request says otherwise."""


@dataclass(frozen=True)
class Message:
    """A message object of the API. A check that asks for a missing member fails there."""

    fields: Mapping[str, Any]
    request: str
    """The request whose answer holds the message, as a line to paste."""

    @property
    def id(self) -> Any:
        """The id as the service sent it, for another request or as an expected value."""
        return self.fields["id"]

    @property
    def identity(self) -> Value:
        """The id as a value to compare."""
        return self.member("id")

    @property
    def text(self) -> Value:
        """The text as a value to compare."""
        return self.member("text")

    def member(self, name: str) -> Value:
        """Give a member as a value to compare; raises Failed when the message has no member of this name."""
        if name not in self.fields:
            came = f"no {name} among the members {listed([*self.fields])}"
            raise Failed(came, expected=f"the member {name}", request=self.request)
        return Value(self.fields[name], name=name, request=self.request)

    @property
    def created_at(self) -> Instant:
        """The time of acceptance; raises Failed when it isn't a time as in clause K8."""
        value = self.member("created_at").value
        found = instant.read(value)
        if found is None:
            came = f"created_at: {shown(value)}{instant.fault(value)}"
            raise Failed(came, expected="a time as in clause K8", request=self.request)
        return found

    @property
    def moment(self) -> Value:
        """The instant of `created_at`, written in UTC whatever the server's notation is."""
        return Value(self.created_at.spelled(digits=9, zulu=True), name="created_at in UTC", request=self.request)

    @property
    def promised(self) -> Value:
        """Those members, by name, that the contract names and the message has."""
        found = {name: self.fields.get(name) for name in MEMBERS if name in self.fields}
        return Value(found, name="the message", request=self.request)

    @property
    def replies(self) -> Page:
        """The direct replies in a thread, in their order; raises Failed when `replies` isn't a list."""
        value = self.member("replies").value
        if not isinstance(value, list):
            raise Failed(f"replies: {shown(value)}", expected="a list of message objects", request=self.request)
        return Page(tuple(_message(entry, self.request) for entry in value), None, self.request)

    @property
    def parent(self) -> Value:
        """The id of the message that this one replies to. It is null if this is no reply, or has no such member."""
        name = "reply_to" if "reply_to" in self.fields else "reply_to (not there)"
        return Value(self.fields.get("reply_to"), name=name, request=self.request)


@dataclass(frozen=True)
class Page:
    """One answer of `GET /messages`."""

    messages: tuple[Message, ...]
    """The messages on the page, in their order."""
    next: Any
    request: str
    """The request whose answer is the page, as a line to paste."""
    limit: int = PAGE
    """How many messages the request allowed."""

    @property
    def cursor(self) -> str | None:
        """The cursor of the following page, None on the last; raises Failed when `next` is no string and not null."""
        if self.next is None or isinstance(self.next, str):
            return self.next
        raise Failed(f"next: {shown(self.next)}", expected="next: a string or null", request=self.request)

    @property
    def ids(self) -> Ids:
        """The ids of the messages, in their order."""
        return Ids([message.id for message in self.messages], request=self.request)

    @property
    def texts(self) -> Listing:
        """The texts of the messages, in their order."""
        return Listing([str(one.text.value) for one in self.messages], request=self.request, what="text")

    @property
    def count(self) -> Count:
        """How many messages the page holds."""
        return Count(len(self.messages), request=self.request)

    def top(self, count: int) -> Ids:
        """Give the ids of the first `count` messages."""
        return Ids(self.ids[:count], request=self.request)

    def above(self, wanted: Any) -> Page:
        """Give a page of only those messages that stand above the message with this id."""
        place = next((place for place, one in enumerate(self.messages) if same(one.id, wanted)), len(self.messages))
        return Page(self.messages[:place], None, self.request)

    @property
    def first(self) -> Value:
        """The id of the first message; null if the page is empty."""
        return Value(self.messages[0].id if self.messages else None, name="the first id", request=self.request)

    @property
    def repeated(self) -> Listing:
        """List the ids that the page holds more than once."""
        seen = Counter(json.dumps(message.id) for message in self.messages)
        return Listing([one for one, times in seen.items() if times > 1], request=self.request, what="message twice")

    @property
    def without_time(self) -> Listing:
        """List the messages whose `created_at` is null."""
        found = [str(message.id) for message in self.messages if message.member("created_at").value is None]
        return Listing(found, request=self.request, what="message without a time")

    def other_than(self, name: str, value: Any, *, what: str = "message") -> Listing:
        """List the messages in which the member `name` has another value."""
        odd = [f"id {one.id}: {shown(one.fields.get(name))}" for one in self.messages if one.member(name) != value]
        return Listing(odd, request=self.request, what=f"{what} whose {name} isn't {shown(value)}")

    def before(self, moment: Instant) -> Listing:
        """List the messages that have no time, or a time before `moment`."""
        times = [(one.id, instant.read(one.member("created_at").value)) for one in self.messages]
        found = [str(wanted) for wanted, time in times if time is None or time.seconds < moment.seconds]
        return Listing(found, request=self.request, what="message without a time or from before")

    def of(self, wanted: Sequence[Any]) -> Ids:
        """Give those of the ids in `wanted` that are on the page, in the order of the page."""
        return self.of_ids(wanted).ids

    def of_ids(self, wanted: Sequence[Any]) -> Page:
        """Give a page of only the messages with these ids, in the order of this page."""
        kept = tuple(one for one in self.messages if any(same(one.id, other) for other in wanted))
        return Page(kept, self.next, self.request)

    def without(self, unwanted: Sequence[Any]) -> Page:
        """Give a page of all messages but those with these ids, in the order of this page."""
        kept = tuple(one for one in self.messages if not any(same(one.id, other) for other in unwanted))
        return Page(kept, self.next, self.request)

    def by_id(self, wanted: Any) -> Message:
        """Find the message with this id; raises Failed when it isn't on the page."""
        for message in self.messages:
            if same(message.id, wanted):
                return message
        expected = f"the message {shown(wanted)} among them"
        raise Failed(self._beside_an_id(wanted), expected=expected, request=self.request)

    def _beside_an_id(self, wanted: Any) -> str:
        """Show the ids; if one of them only has another type than `wanted`, say so."""
        near = next((one.id for one in self.messages if str(one.id) == str(wanted)), None)
        said = self.ids.actual_text()
        return said if near is None else f"{said}: {shown(near)} is another type than {shown(wanted)}"


def read_message(reply: Reply) -> Message:
    """Read an answer as one message object; raises Failed when it is none, or has no valid id (clause K7)."""
    found = as_json(reply)
    if not isinstance(found, dict):
        raise Failed(reply.summary, expected="a message object", request=reply.request)
    return _message(found, reply.request)


def read_page(reply: Reply) -> Page:
    """Read an answer as one page; raises Failed when it is none, or holds something that is no message."""
    found = as_json(reply)
    shape = '{"messages": [...], "next": a string or null}'
    if not isinstance(found, dict) or "messages" not in found:
        lacking = f"no messages among the members {listed([*found])}, in " if isinstance(found, dict) and found else ""
        raise Failed(f"{lacking}{reply.summary}", expected=shape, request=reply.request)
    if not isinstance(found["messages"], list):
        raise Failed(f"messages: {shown(found['messages'])}", expected=shape, request=reply.request)
    return Page(tuple(_message(entry, reply.request) for entry in found["messages"]), found.get("next"), reply.request)


def found_first(page: Page, text: str, request: str, *, new: bool = False) -> Message:
    """Find the newest message with this text on a page; with `new`, it has only new ones. Raises Failed without one."""
    for message in page.messages:
        if same(message.fields.get("text"), text):
            return message
    newest = page.messages[0].fields.get("text") if page.messages else None
    came = f"no {'new ' * new}message with that text in GET /messages"
    if page.messages:
        came += f"; the newest has the text {beside(newest, text)}"
    elif not new:
        came += ", which lists none at all"
    raise Failed(came, expected=f"a message with the text {beside(text, newest)}", request=request)


def _message(entry: Any, request: str) -> Message:
    if not isinstance(entry, dict):
        raise Failed(f"{shown(entry)} among the messages", expected="message objects", request=request)
    if fault := _fault_of_id(entry):
        raise Failed(fault, expected="an id as in clause K7", request=request)
    return Message(entry, request)


def _fault_of_id(entry: Mapping[str, Any]) -> str:
    """Say why a message has no id as in clause K7; `""` when it has one."""
    if "id" not in entry:
        return f"no id among the members {listed([*entry])}" if entry else "no id, and no other member"
    value = entry["id"]
    if isinstance(value, str):
        odd = next((character for character in value if character not in ID_CHARACTERS), None)
        if odd is not None:
            return f"id: {shown(value)}, which has the character {shown(odd)}"
        return "" if 1 <= len(value) <= 128 else f"id: {shown(value)}, which has {len(value)} characters"
    if isinstance(value, int) and not isinstance(value, bool):
        return "" if abs(value) <= 2**53 else f"id: {value}, which is beyond 2^53"
    return f"id: {shown(value)}, which is no string and no integer"
