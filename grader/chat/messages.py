"""Messages and pages as a server gave them: read strictly, and able to say what came instead."""

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
from grader.http_client.client import Reply, as_json
from grader.text.values import listed, shown

ID_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-")

MEMBERS = ("id", "text", "created_at", "reply_to", "author", "source")
"""What the contract says about a message; a server may add what it likes."""


@dataclass(frozen=True)
class Message:
    """A message object of the API; whatever is missing is noticed when it is asked for."""

    fields: Mapping[str, Any]
    request: str
    """The request that it came for, as a line to paste."""

    @property
    def id(self) -> Any:
        """The id as it came, to be sent on or to be expected."""
        return self.fields["id"]

    @property
    def identity(self) -> Value:
        """The id, able to say what was wrong with it."""
        return self.member("id")

    @property
    def text(self) -> Value:
        """The text, able to say what came instead."""
        return self.member("text")

    def member(self, name: str) -> Value:
        """Give a member; raises Failed when the object has none of that name."""
        if name not in self.fields:
            came = f"no {name} among the members {listed([*self.fields])}"
            raise Failed(came, expected=f"the member {name}", request=self.request)
        return Value(self.fields[name], name=name, request=self.request)

    @property
    def created_at(self) -> Instant:
        """The time of acceptance; raises Failed when it isn't one as clause K8 writes them."""
        value = self.member("created_at").value
        found = instant.read(value)
        if found is None:
            raise Failed(f"created_at: {shown(value)}", expected="a time as in clause K8", request=self.request)
        return found

    @property
    def moment(self) -> Value:
        """The instant of `created_at` in UTC, however the server spelled it."""
        return Value(self.created_at.spelled(digits=9, zulu=True), name="created_at in UTC", request=self.request)

    @property
    def promised(self) -> Value:
        """Those of its members that every message object has, by their names."""
        found = {name: self.fields.get(name) for name in MEMBERS if name in self.fields}
        return Value(found, name="members", request=self.request)

    @property
    def replies(self) -> Page:
        """The direct replies in a thread, in their order; raises Failed when there is no such list."""
        value = self.member("replies").value
        if not isinstance(value, list):
            raise Failed(f"replies: {shown(value)}", expected="a list of message objects", request=self.request)
        return Page(tuple(_message(entry, self.request) for entry in value), None, self.request)

    @property
    def parent(self) -> Value:
        """The id of the message that this one replies to; null as well as no member means none."""
        return Value(self.fields.get("reply_to"), name="reply_to", request=self.request)


@dataclass(frozen=True)
class Page:
    """One answer of GET /messages."""

    messages: tuple[Message, ...]
    """Its messages, in their order."""
    next: Any
    request: str
    """The request that it came for, as a line to paste."""

    @property
    def cursor(self) -> str | None:
        """What leads to the following page; raises Failed when it is neither a string nor null."""
        if self.next is None or isinstance(self.next, str):
            return self.next
        raise Failed(f"next: {shown(self.next)}", expected="next: a string or null", request=self.request)

    @property
    def ids(self) -> Ids:
        """The ids of its messages, in their order."""
        return Ids([message.id for message in self.messages], request=self.request)

    @property
    def count(self) -> Count:
        """How many messages it holds."""
        return Count(len(self.messages), request=self.request)

    def top(self, count: int) -> Ids:
        """Give the ids of the first messages only."""
        return Ids(self.ids[:count], request=self.request)

    def above(self, wanted: Any) -> Page:
        """Leave only the messages that stand above one of them."""
        place = next((place for place, one in enumerate(self.messages) if same(one.id, wanted)), len(self.messages))
        return Page(self.messages[:place], None, self.request)

    @property
    def first(self) -> Value:
        """The id of the first message, null on an empty page."""
        return Value(self.messages[0].id if self.messages else None, name="the first id", request=self.request)

    @property
    def repeated(self) -> Listing:
        """List the ids that came more than once."""
        seen = Counter(json.dumps(message.id) for message in self.messages)
        return Listing([one for one, times in seen.items() if times > 1], request=self.request, what="message twice")

    @property
    def without_time(self) -> Listing:
        """List the messages whose `created_at` is null."""
        found = [str(message.id) for message in self.messages if message.member("created_at").value is None]
        return Listing(found, request=self.request, what="message without a time")

    def other_than(self, name: str, value: Any, *, what: str = "message") -> Listing:
        """List the messages in which a member has another value."""
        odd = [f"id {one.id}: {shown(one.fields.get(name))}" for one in self.messages if one.member(name) != value]
        return Listing(odd, request=self.request, what=f"{what} whose {name} isn't {shown(value)}")

    def before(self, moment: Instant) -> Listing:
        """List the messages that have no time, or an earlier one."""
        times = [(one.id, instant.read(one.member("created_at").value)) for one in self.messages]
        found = [str(wanted) for wanted, time in times if time is None or time.seconds < moment.seconds]
        return Listing(found, request=self.request, what="message without a time or from before")

    def of(self, wanted: Sequence[Any]) -> Ids:
        """Give the ids of those messages whose ids are among these, in the order in which they came."""
        return self.of_ids(wanted).ids

    def of_ids(self, wanted: Sequence[Any]) -> Page:
        """Leave only the messages with these ids, in the order in which they came."""
        kept = tuple(one for one in self.messages if any(same(one.id, other) for other in wanted))
        return Page(kept, self.next, self.request)

    def by_id(self, wanted: Any) -> Message:
        """Find a message; raises Failed when it isn't on the page."""
        for message in self.messages:
            if same(message.id, wanted):
                return message
        raise Failed(self.ids.actual_text(), expected=f"the message {shown(wanted)} among them", request=self.request)


def read_message(reply: Reply) -> Message:
    """Read a reply as one message object with a valid id."""
    found = as_json(reply)
    if not isinstance(found, dict):
        raise Failed(reply.summary, expected="a message object", request=reply.request)
    return _message(found, reply.request)


def read_page(reply: Reply) -> Page:
    """Read a reply as one page."""
    found = as_json(reply)
    shape = '{"messages": [...], "next": a string or null}'
    if not isinstance(found, dict) or not isinstance(found.get("messages"), list):
        raise Failed(reply.summary, expected=shape, request=reply.request)
    return Page(tuple(_message(entry, reply.request) for entry in found["messages"]), found.get("next"), reply.request)


def _message(entry: Any, request: str) -> Message:
    if not isinstance(entry, dict):
        raise Failed(f"{shown(entry)} among the messages", expected="message objects", request=request)
    if not _is_id(entry.get("id")):
        raise Failed(f"id: {shown(entry.get('id'))}", expected="an id as in clause K7", request=request)
    return Message(entry, request)


def _is_id(value: Any) -> bool:
    if isinstance(value, str):
        return 1 <= len(value) <= 128 and set(value) <= ID_CHARACTERS
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 2**53
