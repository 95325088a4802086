"""What a client asked a scripted chat server for: its lists, and the messages that it posted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Self
from urllib.parse import parse_qs, urlsplit

from grader.assertions.entries import Listing
from grader.assertions.json_values import Value
from grader.client.arriving import Recorded
from grader.client.scripted_server import ScriptedServer
from grader.client.since import Instants
from grader.errors import Failed
from grader.text.difference import listed
from grader.text.values import shorten


class Parameters(Listing):
    """The values of one parameter, one for each request. A request without it has the value `(absent)`."""

    name: str
    targets: tuple[str, ...]
    """The requests, with their queries."""

    @classmethod
    def read(cls, name: str, queries: Iterable[dict[str, str]], targets: Iterable[str], *, request: str) -> Self:
        """Read the values of a parameter from queries. `targets` are the requests that had these queries."""
        made = cls([query.get(name, "(absent)") for query in queries], request=request, what=f"value of {name}")
        made.name, made.targets = name, tuple(targets)
        return made

    def expected_text(self, operator: str, other: object) -> str:
        if operator == "==" and isinstance(other, tuple) and other:
            return " and then ".join(f"{self.name}={value} in the query" for value in other)
        return super().expected_text(operator, other)

    def actual_text_beside(self, other: object) -> str:  # noqa: ARG002 - the whole query says most
        return self.actual_text()

    def actual_text(self) -> str:
        return listed(self.targets) or super().actual_text()


class Asked:
    """The requests that a scripted chat server got."""

    server: ScriptedServer

    def posted(self, name: str, by: str) -> Value:
        """Give a member of the JSON object in the last POST to `/messages`; raises Failed when there was none."""
        body = self._last_post(by).body
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Failed(shorten(body), expected="a JSON object as body", request=by)
        if name not in found:
            raise Failed(f"no {name} in the body: {shorten(body)}", expected=f"{name} in the body", request=by)
        return Value(found[name], name=f"{name} in the body", request=by)

    def posts(self, by: str) -> Listing:
        """List every POST that came, as in `POST /messages`."""
        return self.server.posts(by)

    def posted_id(self, name: str, by: str) -> Value:
        """Give a member that is an id, as text. A client may have sent an integer if the id has only digits."""
        found = self.posted(name, by)
        is_integer = isinstance(found.value, int) and not isinstance(found.value, bool)
        return Value(str(found.value) if is_integer else found.value, name=found.name, request=by)

    def content_type(self, by: str) -> Value:
        """Give the content type of the last POST to `/messages`, without parameters."""
        value = self._last_post(by).header("Content-Type") or b""
        kind = value.decode("latin-1").partition(";")[0].strip().lower()
        return Value(kind, name="Content-Type", request=by)

    def queries(self, by: str) -> list[dict[str, str]]:
        """Return the decoded query of every GET of `/messages`, in order; raises Failed when there was none."""
        found = [query_of(urlsplit(line.partition(" ")[2]).query) for line in self._lists()]
        if not found:
            raise Failed(self.server.asked(by).actual_text(), expected="GET /messages", request=by)
        return found

    def asked(self, name: str, by: str) -> Parameters:
        """List the values of one parameter of the query, one for each GET of `/messages`."""
        return Parameters.read(name, self.queries(by), self._lists(), request=by)

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

    def _lists(self) -> list[str]:
        """List every GET of `/messages`, with its query."""
        asked = [request.what for request in self.server.requests if request.what.startswith("GET ")]
        return [line for line in asked if urlsplit(line.partition(" ")[2]).path.rstrip("/") == "/messages"]

    def _last_post(self, by: str) -> Recorded:
        for request in reversed(self.server.requests):
            if request.what.partition("?")[0].rstrip("/") == "POST /messages":
                return request
        raise Failed(self.server.asked(by).actual_text(), expected="POST /messages", request=by)


def query_of(query: str) -> dict[str, str]:
    """Decode a query; of a name that comes twice, take the last value."""
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
