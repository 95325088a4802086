"""A scripted chat server for tests of clients. It gives odd but legal ids, cursors and times, and records requests."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from grader.assertions.entries import Listing
from grader.assertions.json_values import Value
from grader.chat import instant
from grader.client.dialects import LETTERS, Dialect
from grader.client.said import Said
from grader.client.scripted_server import Answer, Recorded, ScriptedServer
from grader.client.since import Instants, Today, moment_of
from grader.errors import Failed
from grader.testdata.random_values import words
from grader.text.values import shown

PAGE = 20


@dataclass
class ScriptedChat:
    """A scripted chat server: its messages, and the requests that it got."""

    dialect: Dialect = LETTERS
    messages: list[Said] = field(default_factory=list)
    """The messages of the chat, the newest first."""
    given: tuple[Said, ...] = ()
    """The messages of the last page that the server sent."""
    refusal: int | None = None
    """The status with which the server refuses requests; None if it refuses none."""
    answered: int = 0
    """How many more requests the server answers before it refuses one."""

    def __post_init__(self) -> None:
        self._ids = self.dialect.ids()
        self.server = ScriptedServer(self._answer)

    @property
    def url(self) -> str:
        """The base URL of the server, for `SERVER_URL`."""
        return self.server.url + self.dialect.slash

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all messages in the order of the server: the newest first."""
        return tuple(message.id for message in self.messages)

    @property
    def ids_given(self) -> tuple[str, ...]:
        """The ids of the last page that the server sent."""
        return tuple(message.id for message in self.given)

    def say(self, text: str, **more: str | None) -> Said:
        """Add a message with this text. `more` gives other members of it."""
        time = self.dialect.time(len(self.messages))
        message = Said(next(self._ids), text, **{"created_at": time, **more})  # type: ignore[arg-type]
        self.messages.insert(0, message)
        return message

    def fill(self, texts: list[str]) -> None:
        """Add messages with these texts, the oldest first."""
        for text in texts:
            self.say(text)

    def fill_alike(self, **more: str | None) -> None:
        """Add four messages: three have one text, three have one time, and two of them differ in nothing but their ids.

        `more` gives other members, the same for each.
        """
        text, time = words(), self.dialect.time(len(self.messages))
        for said in (text, text, words()):
            self.say(said, **{"created_at": time, **more})  # type: ignore[arg-type]
        self.say(text, **more)

    def fill_up(self, count: int) -> None:
        """Add `count` messages with random texts. Three in a row have the same text and the same time."""
        for number in range(count):
            if number % 3 == 0:
                text, time = words(), self.dialect.time(len(self.messages))
            self.say(text, created_at=time)  # type: ignore[arg-type]

    def refuse_with(self, status: int, after: int = 0) -> None:
        """Answer the first `after` requests, and refuse all others with this status and an error in JSON."""
        self.refusal, self.answered = status, after

    def posted(self, name: str, by: str) -> Value:
        """Give a member of the JSON object in the last POST to `/messages`; raises Failed when there was none."""
        body = self._last_post(by).body
        with contextlib.suppress(ValueError):
            found = json.loads(body)
            if isinstance(found, dict):
                return Value(found.get(name), name=f"{name} in the body", request=by)
        raise Failed(shown(body), expected="a JSON object as body", request=by)

    def posted_id(self, name: str, by: str) -> Value:
        """Give a member that is an id, as text. A client may have sent an integer if the id has only digits."""
        found = self.posted(name, by)
        is_integer = isinstance(found.value, int) and not isinstance(found.value, bool)
        return Value(str(found.value) if is_integer else found.value, name=found.name, request=by)

    def texts_posted(self, by: str) -> Listing:
        """List the texts of all messages that were posted, in order."""
        return Listing([message.text for message in self.messages[::-1]], request=by, what="text")

    def content_type(self, by: str) -> Value:
        """Give the content type of the last POST to `/messages`, without parameters."""
        value = self._last_post(by).header("Content-Type") or b""
        kind = value.decode("latin-1").partition(";")[0].strip().lower()
        return Value(kind, name="Content-Type", request=by)

    def queries(self, by: str) -> list[dict[str, str]]:
        """Return the decoded query of every GET of `/messages`, in order; raises Failed when there was none."""
        asked = [
            urlsplit(request.what.partition(" ")[2])
            for request in self.server.requests
            if request.what.startswith("GET ")
        ]
        found = [_query(parts.query) for parts in asked if parts.path.rstrip("/") == "/messages"]
        if not found:
            raise Failed(self.server.asked(by).actual_text(), expected="GET /messages", request=by)
        return found

    def asked(self, name: str, by: str) -> Listing:
        """List the values of one parameter of the query, one for each GET of `/messages`."""
        values = [query.get(name, "(absent)") for query in self.queries(by)]
        return Listing(values, request=by, what=f"value of {name}")

    def pages_asked(self, by: str) -> Value:
        """Count the GETs of `/messages`."""
        return Value(len(self.queries(by)), name="pages asked for", request=by)

    def ways_asked(self, by: str) -> Value:
        """Count the different queries of all GETs of `/messages`. Their cursors don't count."""
        asked = {tuple(sorted((query | {"cursor": ""}).items())) for query in self.queries(by)}
        return Value(len(asked), name="ways of asking, the cursor aside", request=by)

    def since_asked(self, by: str) -> Instants:
        """Give the different instants in `since` that the client asked for."""
        return Instants.asked([query.get("since") for query in self.queries(by)], request=by)

    @staticmethod
    def instant(written: str) -> frozenset[Fraction | None]:
        """Give the instant of a time, to compare with `since_asked`."""
        return frozenset({moment_of(written)})

    @staticmethod
    def today(zone: str, hour: int, minute: int) -> Today:
        """Give the instants that a time of day in a time zone may mean now. Around midnight these are two."""
        return Today.at(zone, hour, minute)

    def close(self) -> None:
        """Stop listening."""
        self.server.close()

    def _last_post(self, by: str) -> Recorded:
        for request in reversed(self.server.requests):
            if request.what.partition("?")[0].rstrip("/") == "POST /messages":
                return request
        raise Failed(self.server.asked(by).actual_text(), expected="POST /messages", request=by)

    def _answer(self, request: Recorded) -> Answer:
        if self.refusal is not None and not self.answered:
            return REFUSALS.get(self.refusal, _json)({"error": "not today"}, self.refusal)
        self.answered = max(0, self.answered - 1)
        method, _, target = request.what.partition(" ")
        parts = urlsplit(target)
        path = parts.path.rstrip("/")
        if method == "POST" and path == "/messages":
            return self._accept(request)
        if method == "GET" and path == "/messages":
            return self._list(_query(parts.query))
        if method == "GET" and path.startswith("/messages/"):
            return self._show(unquote(path.removeprefix("/messages/")))
        return _json({"error": "not found"}, 404)

    def _accept(self, request: Recorded) -> Answer:
        try:
            body = json.loads(request.body)
            parent = body.get("reply_to")
            message = self.say(str(body["text"]), reply_to=None if parent is None else str(parent))
        except (ValueError, KeyError, TypeError, AttributeError):
            return _json({"error": "a JSON object with text is needed"}, 400)
        return self._write(message.as_json(), self.dialect.accepted)

    def _list(self, query: dict[str, str]) -> Answer:
        wanted = query.get("cursor", _cursor(0))
        begin = next((place for place in range(len(self.messages) + 1) if _cursor(place) == wanted), None)
        if begin is None:
            return _json({"error": "no such cursor"}, 400)
        if "since" in query and instant.read(query["since"]) is None:
            return _json({"error": "since is no time"}, 400)
        limit = min(int(query["limit"]) if query.get("limit", "").isdecimal() else PAGE, 100)
        size = max(1, limit - 1) if self.dialect.short and begin else limit
        self.given = tuple(self.messages[begin : begin + size])
        end = begin + len(self.given)
        more = end < len(self.messages) or (len(self.given) == limit and not self.dialect.short)
        messages = [self.dialect.spoken(message.as_json()) for message in self.given]
        return self._write({"next": _cursor(end) if more else None, "messages": messages}, 200)

    def _show(self, wanted: str) -> Answer:
        found = next((message for message in self.messages if message.id == wanted), None)
        if found is None:
            return _json({"error": "no such message"}, 404)
        replies = [message for message in reversed(self.messages) if message.reply_to == found.id]
        written = [self.dialect.spoken(reply.as_json()) for reply in replies]
        return self._write({**found.as_json(), "replies": written}, 200)

    def _write(self, members: dict[str, Any], status: int) -> Answer:
        return _json(self.dialect.spoken(members), status)


def _cursor(place: int) -> str:
    return f"c/{place}+="


def _query(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}


def _json(value: Any, status: int) -> Answer:
    return Answer.text(json.dumps(value), status, "application/json")


def _problem(value: Any, status: int) -> Answer:
    """Write a refusal as frameworks do that check bodies against a schema: `detail` is a list."""
    problem = {"status": status, "detail": [{"loc": ["body"], "msg": value["error"]}]}
    return Answer.text(json.dumps(problem), status, "application/problem+json")


REFUSALS = {422: _problem}
"""How the server writes a refusal of a status, where that isn't `{"error": ...}` (clause K6)."""
