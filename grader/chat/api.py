"""The messages API as the checks speak it: sending, listing, and following pages to their end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from grader.assertions.entries import Listing
from grader.assertions.expected import INVALID, OK, STORED
from grader.assertions.json_values import Count
from grader.assertions.replies import Fault, Status
from grader.chat import error_body
from grader.chat.messages import Message, Page, read_message, read_page
from grader.errors import Failed, TooLate
from grader.http_client.client import AS_JSON, PATIENCE, Reply
from grader.service.server import Service
from grader.testdata.random_values import words
from grader.text.values import shown

MOST_PAGES = 400


class Chat:
    """The messages of one running service, spoken to as the contract says."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def request(self, method: str, path: str, **more: Any) -> Reply:
        """Send one request; a redirect to the same path with a slash is followed, as clause K4 allows it."""
        reply = self.service.request(method, path, **more)
        if reply.code in (307, 308) and self._adds_a_slash(path, reply.headers.get("location", "")):
            return self.service.request(method, f"{path}/", **more)
        return reply

    def _adds_a_slash(self, path: str, location: str) -> bool:
        """Tell whether a redirect leads to the same service and the same path with a slash."""
        with contextlib.suppress(ValueError):
            target = urlsplit(urljoin(f"{self.service.url}{path}", location))
            return (target.port, target.path) == (self.service.port.number, f"{path}/")
        return False

    def post(self, body: bytes, **more: Any) -> Reply:
        """Post a body as it is, saying that it is JSON."""
        return self.request("POST", "/messages", body=body, headers=AS_JSON, **more)

    def get(self, **params: Any) -> Reply:
        """Ask for messages, whatever the answer may be."""
        return self.request("GET", "/messages", params={name: str(value) for name, value in params.items()})

    def send(self, text: str, *, patience: float = PATIENCE, **more: Any) -> Message:
        """Send a message and return it as the server gave it back; raises Failed when it was not accepted."""
        reply = self.request("POST", "/messages", json={"text": text, **more}, patience=patience)
        if reply.code not in STORED:
            raise Failed(reply.summary, expected=f"{STORED} with the message object", request=reply.request)
        return read_message(reply)

    def send_many(self, count: int, *, length: int = 0, **more: Any) -> list[Message]:
        """Send messages one after the other and return them, the oldest first; all have the same other members.

        Their texts have at least `length` characters.
        """
        return [self.send(f"{words()} {number}".ljust(length, "-"), **more) for number in range(count)]

    def send_and_seek(self, count: int) -> Listing:
        """Send messages one after the other, and list those that `since` their own time doesn't find."""
        lost = {}
        for message in self.send_many(count):
            moment = message.created_at.written
            found = self.page(since=moment, limit=100)
            if not found.of([message.id]):
                lost[f"{message.id}: {moment}"] = found.request
        return Listing([*lost], request=next(iter(lost.values()), ""), what="message missing")

    def restart(self) -> None:
        """Stop the service and start it again on its data and its port."""
        self.service.stop().in_time()
        self.service.start()

    def page(self, **params: Any) -> Page:
        """Fetch one page; raises Failed when it isn't 200 with an object of the promised shape."""
        reply = self.get(**params)
        if reply.code not in OK:
            raise Failed(reply.summary, expected="200", request=reply.request)
        return read_page(reply)

    def pages(self, **params: Any) -> Iterator[Page]:
        """Follow `next` to its end; raises Failed when that doesn't come or a cursor is given twice."""
        cursors: set[str] = set()
        current = self.page(**params)
        yield current
        while (cursor := current.cursor) is not None:
            if cursor in cursors or len(cursors) > MOST_PAGES:
                raise Failed(f"next: {shown(cursor)} once more", expected="an end", request=current.request)
            cursors.add(cursor)
            current = self.page(**params, cursor=cursor)
            yield current

    def all(self, **params: Any) -> Page:
        """Fetch every page and put the messages together, in the order they came."""
        fetched = list(self.pages(**params))
        together = tuple(message for page in fetched for message in page.messages)
        return Page(together, None, f"{fetched[0].request}   (and every next, {len(fetched)} pages)")

    def thread(self, wanted: Any) -> Message:
        """Fetch one message by its id, with its replies."""
        reply = self.request("GET", f"/messages/{wanted}")
        if reply.code not in OK:
            raise Failed(reply.summary, expected="200", request=reply.request)
        return read_message(reply)

    @staticmethod
    def message_in(reply: Reply) -> Message:
        """Read the message object in an answer; raises Failed when there is none."""
        return read_message(reply)

    @staticmethod
    def fault_of_refusal(reply: Reply) -> Fault:
        """Say what is wrong with the body of a refusal; `""` when it is as clause K6 wants it."""
        return error_body.fault_of_refusal(reply)

    @staticmethod
    def fault_if_refused(reply: Reply) -> Fault:
        """Say what is wrong with the body of an answer that may be a refusal; `""` when it isn't one."""
        return error_body.fault_if_refused(reply)

    def refusal_of(self, body: bytes) -> Status:
        """Post a body that is too large; a connection that is closed meanwhile counts as 413."""
        try:
            return self.post(body).status
        except TooLate:
            raise
        except Failed as failure:
            return Status(413, request=failure.request, summary=failure.actual)

    def at_most(self, **params: Any) -> Count:
        """Say how many messages a page has; a refusal counts as none."""
        reply = self.get(**params)
        if reply.code in INVALID:
            return Count(0, request=reply.request)
        if reply.code not in OK:
            raise Failed(reply.summary, expected="200, 400 or 422", request=reply.request)
        return read_page(reply).count
