"""A scripted chat server for tests of clients. It gives odd but legal ids, cursors and times, and records requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlsplit

from grader.assertions.entries import Listing
from grader.chat import instant
from grader.client.arriving import Recorded
from grader.client.asked import Asked, query_of
from grader.client.dialects import LETTERS, Dialect
from grader.client.said import Said
from grader.client.scripted_server import Answer, ScriptedServer
from grader.client.since import Today, moment_of
from grader.testdata.random_values import words

PAGE = 20
LARGEST_PAGE = 100


@dataclass
class ScriptedChat(Asked):
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
    spoilt: str = ""
    """What is wrong with the answers of the server, one of SPOILT; nothing if it is empty."""

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

    def fill_up(self, count: int, length: int = 0) -> None:
        """Add `count` messages with random texts. Three in a row have the same text and the same time.

        The texts have at least `length` characters, most of which have three bytes.
        """
        for number in range(count):
            if number % 3 == 0:
                text, time = words(), self.dialect.time(len(self.messages))
            self.say(text + "語" * (length - len(text)), created_at=time)  # type: ignore[arg-type]

    def refuse_with(self, status: int, after: int = 0) -> None:
        """Answer the first `after` requests, and refuse all others with this status and an error in JSON."""
        self.refusal, self.answered = status, after

    def answer_with(self, spoilt: str, after: int = 0) -> None:
        """Answer the first `after` requests as usual, and all others with something that is no JSON object.

        `spoilt` is `a-page` (of HTML), `a-list` (in JSON), `nothing` (no body), or `half` (the answer breaks off).
        """
        self.spoilt, self.answered = spoilt, after

    def texts_posted(self, by: str) -> Listing:
        """List the texts of all messages that were posted, in order."""
        return Listing([message.text for message in self.messages[::-1]], request=by, what="text")

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

    def _answer(self, request: Recorded) -> Answer:
        if self.refusal is not None and not self.answered:
            return REFUSALS.get(self.refusal, _json)({"error": "not today"}, self.refusal)
        answer = replace(self._usual_answer(request), in_chunks=self.dialect.chunks)
        if self.spoilt and not self.answered:
            return SPOILT[self.spoilt](answer)
        self.answered = max(0, self.answered - 1)
        return answer

    def _usual_answer(self, request: Recorded) -> Answer:
        method, _, target = request.what.partition(" ")
        parts = urlsplit(target)
        path = parts.path.rstrip("/")
        if method == "POST" and path == "/messages":
            return self._accept(request)
        if method == "GET" and path == "/messages":
            return self._list(query_of(parts.query))
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
        limit = _limit(query)
        if self.dialect.strict and str(limit) != query.get("limit", str(limit)):
            return _json({"error": "limit is a whole number from 1 to 100"}, 400)
        size = min(limit, self.dialect.short) if self.dialect.short and begin else limit
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


def _limit(query: dict[str, str]) -> int:
    wanted = query.get("limit", "")
    return max(1, min(int(wanted), LARGEST_PAGE)) if wanted.isdecimal() and len(wanted) < 10 else PAGE


def _cursor(place: int) -> str:
    return f"c/{place}+="


def _json(value: Any, status: int) -> Answer:
    return Answer.text(json.dumps(value), status, "application/json")


def _problem(value: Any, status: int) -> Answer:
    """Write a refusal as frameworks do that check bodies against a schema: `detail` is a list."""
    problem = {"status": status, "detail": [{"loc": ["body"], "msg": value["error"]}]}
    return Answer.text(json.dumps(problem), status, "application/problem+json")


def _page(value: Any, status: int) -> Answer:
    """Write a refusal as a server does that stands before the service: a page of HTML."""
    return Answer.text(f"<!doctype html><title>{status}</title><p>{value['error']}", status, "text/html")


SPOILT: dict[str, Callable[[Answer], Answer]] = {
    "a-page": lambda _: Answer.text("<!doctype html><title>Log in</title><p>Please log in.", 200, "text/html"),
    "a-list": lambda _: Answer.text("[]", 200, "application/json"),
    "nothing": lambda _: Answer.text("", 200, "application/json"),
    "half": lambda answer: replace(answer, half=True),
}
"""Answers with a good status that no client can use, each made from the usual answer."""
REFUSALS = {422: _problem, 503: _page}
"""How the server, or what stands before it, writes a refusal of a status, where that isn't `{"error": ...}`."""
