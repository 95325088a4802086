"""Messages and pages as a server gave them: read strictly, and able to say what came instead."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from grader import instant
from grader.errors import Failed
from grader.instant import Instant
from grader.seen import Length, Listing, Seen
from grader.shown import shorten, shown
from grader.wire import Reply, as_json, parsed

ID_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-")

MEMBERS = ("id", "text", "created_at", "reply_to", "author", "source")
"""What the contract says about a message; a server may add what it likes."""


class Value(Seen):
    """A member of a message, or of another JSON object, that knows where it came from."""

    def __init__(self, value: Any, *, name: str, request: str) -> None:
        self.value = value
        self.name = name
        self.request = request

    def __eq__(self, other: object) -> bool:
        return same(self.value, other.value if isinstance(other, Value) else other)

    def __hash__(self) -> int:
        return hash(json.dumps(self.value))

    @property
    def length(self) -> Length:
        """How many characters it has, none where it isn't a string."""
        count = len(self.value) if isinstance(self.value, str) else 0
        return Length(count, request=self.request, what=f"characters in {self.name}")

    def wanted(self, operator: str, other: object) -> str:
        if operator == "in" and isinstance(other, tuple):
            return f"{self.name}: {' or '.join(map(shown, other))}"
        return f"{self.name}: {super().wanted(operator, other.value if isinstance(other, Value) else other)}"

    def came(self) -> str:
        return f"{self.name}: {shown(self.value)}"


class Ids(tuple[Any, ...], Seen):
    """The ids of some messages, in the order they came."""

    def __new__(cls, ids: Sequence[Any], *, request: str) -> Self:
        made = super().__new__(cls, ids)
        made.request = request
        return made

    def wanted(self, operator: str, other: object) -> str:
        if operator in ("in", "not in"):
            said = shown(other.value if isinstance(other, Value) else other)
            return f"the message {said} among them" if operator == "in" else f"the message {said} not among them"
        if isinstance(other, tuple | list):
            return f"the ids {_listed(other)}" if other else "no message"
        return super().wanted(operator, other)

    def came(self) -> str:
        return f"the ids {_listed(self)}" if self else "no message"


class Count(int, Seen):
    """How many messages came."""

    def __new__(cls, count: int, *, request: str) -> Self:
        made = super().__new__(cls, count)
        made.request = request
        return made

    def wanted(self, operator: str, other: object) -> str:
        return f"{super().wanted(operator, other)} messages"

    def came(self) -> str:
        return f"{int(self)} messages"


@dataclass(frozen=True)
class Message:
    """A message object of the API; whatever is missing is noticed when it is asked for."""

    fields: Mapping[str, Any]
    request: str

    @property
    def id(self) -> Any:
        return self.fields["id"]

    @property
    def identity(self) -> Value:
        """The id, able to say what was wrong with it."""
        return self.member("id")

    @property
    def text(self) -> Value:
        return self.member("text")

    def member(self, name: str) -> Value:
        """Give a member; raises Failed when the object has none of that name."""
        if name not in self.fields:
            raise Failed(
                f"no member {name} in {shown(self.fields)}", expected=f"the member {name}", request=self.request
            )
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
    next: Any
    request: str

    @property
    def cursor(self) -> str | None:
        """What leads to the following page; raises Failed when it is neither a string nor null."""
        if self.next is None or isinstance(self.next, str):
            return self.next
        raise Failed(f"next: {shown(self.next)}", expected="next: a string or null", request=self.request)

    @property
    def ids(self) -> Ids:
        return Ids([message.id for message in self.messages], request=self.request)

    @property
    def count(self) -> Count:
        return Count(len(self.messages), request=self.request)

    def top(self, count: int) -> Ids:
        """Give the ids of the first messages only."""
        return Ids(self.ids[:count], request=self.request)

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

    def before(self, moment: Instant) -> Listing:
        """List the messages that have no time, or an earlier one."""
        times = [(one.id, instant.read(one.member("created_at").value)) for one in self.messages]
        found = [str(wanted) for wanted, time in times if time is None or time.seconds < moment.seconds]
        return Listing(found, request=self.request, what="message without a time or from before")

    def of(self, wanted: Sequence[Any]) -> Ids:
        """Leave only the messages with these ids, in the order in which they came."""
        return Ids(
            [one.id for one in self.messages if any(same(one.id, other) for other in wanted)], request=self.request
        )

    def by_id(self, wanted: Any) -> Message:
        """Find a message; raises Failed when it isn't on the page."""
        for message in self.messages:
            if same(message.id, wanted):
                return message
        raise Failed(self.ids.came(), expected=f"the message {shown(wanted)} among them", request=self.request)


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


def error_of(reply: Reply) -> Value:
    """Say what is wrong with the shape of a refusal; `""` when it is as clause K6 wants it."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    found = _object(reply)
    fault = ""
    if kind not in ("application/json", "application/problem+json"):
        fault = f"the content type {kind or '(none)'}"
    elif found is None:
        fault = "no JSON object"
    elif not (isinstance(found.get("error"), str) and found["error"]) and not _says(found, "title", "detail"):
        fault = "neither a non-empty string error, nor title or detail"
    return Value(fault, name=f"fault in {shorten(reply.content)}", request=reply.request)


def fault_of_refusal(reply: Reply) -> Value:
    """Say what is wrong with the shape of an answer that is a refusal; `""` for any other, too."""
    if reply.code >= 400:
        return error_of(reply)
    return Value("", name="fault", request=reply.request)


def same(one: Any, other: Any) -> bool:
    """Compare two JSON values as clause K7 compares ids: 7 and "7" are different, and so are 1 and true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and str(one) == str(other)
    return bool(one == other)


def _object(reply: Reply) -> dict[str, Any] | None:
    with contextlib.suppress(Failed):
        found = parsed(reply)
        return found if isinstance(found, dict) else None
    return None


def _says(found: dict[str, Any], *names: str) -> bool:
    """Tell whether one of these members is there and not empty; 0 and false are not."""
    return any(found.get(name) not in (None, "", [], {}) for name in names)


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


def _listed(ids: Sequence[Any]) -> str:
    few = ", ".join(str(one) for one in ids[:8])
    return f"{few}, … ({len(ids)} in all)" if len(ids) > 8 else few


def ids(messages: Sequence[Message]) -> tuple[Any, ...]:
    """Give the ids of messages, in their order."""
    return tuple(message.id for message in messages)
