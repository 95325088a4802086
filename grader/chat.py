"""The messages API as the checks speak it: sending, listing and paging, and messages that describe themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from grader import instant
from grader.errors import Failed
from grader.instant import Instant
from grader.seen import Choice, Seen
from grader.service import Service
from grader.shown import shown
from grader.wire import Reply, as_json

STORED = Choice({200, 201}, "201 or 200")
REFUSED = Choice({400, 422}, "400 or 422")
NOT_ACCEPTED = Choice({400, 413, 415, 422}, "400, 413, 415 or 422")
UNKNOWN_PARENT = Choice({400, 404, 422}, "400, 422 or 404")
MOST_PAGES = 400
ID_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-")


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

    def wanted(self, operator: str, other: object) -> str:
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
        return f"the ids {_listed(other)}" if isinstance(other, tuple | list) else super().wanted(operator, other)

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
    def text(self) -> Value:
        return self.member("text")

    def member(self, name: str) -> Value:
        """Give a member; raises Failed when the object has none of that name."""
        if name not in self.fields:
            raise Failed(f"no member {name} in {shown(self.fields)}", expected=f"the member {name}", request=self.request)
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
    def parent(self) -> Value:
        """The id of the message that this one replies to; null as well as no member means none."""
        return Value(self.fields.get("reply_to"), name="reply_to", request=self.request)


@dataclass(frozen=True)
class Page:
    """One answer of GET /messages."""

    messages: tuple[Message, ...]
    next: str | None
    request: str

    @property
    def ids(self) -> Ids:
        return Ids([message.id for message in self.messages], request=self.request)

    @property
    def count(self) -> Count:
        return Count(len(self.messages), request=self.request)

    def by_id(self, wanted: Any) -> Message:
        """Find a message; raises Failed when it isn't on the page."""
        for message in self.messages:
            if same(message.id, wanted):
                return message
        raise Failed(self.ids.came(), expected=f"the message {shown(wanted)} among them", request=self.request)


def send(service: Service, text: str, **more: Any) -> Message:
    """Send a message and return it as the server gave it back; raises Failed when it was not accepted."""
    reply = service.request("POST", "/messages", json={"text": text, **more})
    if reply.code not in STORED:
        raise Failed(reply.summary, expected=f"{STORED} with the message object", request=reply.request)
    return message(reply)


def message(reply: Reply) -> Message:
    """Read a reply as one message object with a valid id."""
    found = as_json(reply)
    if not isinstance(found, dict):
        raise Failed(reply.summary, expected="a message object", request=reply.request)
    return _message(found, reply)


def page(service: Service, **params: Any) -> Page:
    """Fetch one page of messages; raises Failed when it isn't 200 with an object of the promised shape."""
    reply = service.get("/messages", params={name: str(value) for name, value in params.items()})
    if reply.code != 200:
        raise Failed(reply.summary, expected="200", request=reply.request)
    return read_page(reply)


def read_page(reply: Reply) -> Page:
    """Read a reply as one page."""
    found = as_json(reply)
    shape = '{"messages": [...], "next": a string or null}'
    if not isinstance(found, dict) or not isinstance(found.get("messages"), list):
        raise Failed(reply.summary, expected=shape, request=reply.request)
    following = found.get("next")
    if following is not None and not isinstance(following, str):
        raise Failed(f"next: {shown(following)}", expected=shape, request=reply.request)
    return Page(tuple(_message(entry, reply) for entry in found["messages"]), following, reply.request)


def pages(service: Service, **params: Any) -> Iterator[Page]:
    """Follow `next` to the end; raises Failed when that end doesn't come or a cursor is given twice."""
    cursors: set[str] = set()
    current = page(service, **params)
    yield current
    while current.next is not None:
        if current.next in cursors or len(cursors) > MOST_PAGES:
            raise Failed(f"next: {shown(current.next)} once more", expected="an end", request=current.request)
        cursors.add(current.next)
        current = page(service, **params, cursor=current.next)
        yield current


def same(one: Any, other: Any) -> bool:
    """Compare two JSON values as clause K7 compares ids: 7 and "7" are different, and so are 1 and true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and str(one) == str(other)
    return bool(one == other)


def _message(entry: Any, reply: Reply) -> Message:
    if not isinstance(entry, dict):
        raise Failed(f"{shown(entry)} among the messages", expected="message objects", request=reply.request)
    if not _is_id(entry.get("id")):
        raise Failed(f"id: {shown(entry.get('id'))}", expected="an id as in clause K7", request=reply.request)
    return Message(entry, reply.request)


def _is_id(value: Any) -> bool:
    if isinstance(value, str):
        return 1 <= len(value) <= 128 and set(value) <= ID_CHARACTERS
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 2**53


def _listed(ids: Sequence[Any]) -> str:
    few = ", ".join(str(one) for one in ids[:8])
    return f"{few}, … ({len(ids)} in all)" if len(ids) > 8 else few or "none"
