"""Uses the messages API of a service: sends messages, lists them, and follows pages to the last."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from grader.assertions.entries import Listing
from grader.assertions.expected import INVALID, OK, STORED
from grader.assertions.json_values import Count
from grader.assertions.replies import Fault, Status
from grader.chat import error_body
from grader.chat.messages import Message, Page, read_message, read_page
from grader.errors import Failed, TooLate
from grader.http_client.client import AS_JSON, PATIENCE
from grader.http_client.reply import Reply
from grader.service.server import Service
from grader.service.slow import in_pieces, on_one_connection
from grader.testdata.random_values import words
from grader.text.values import shown

MOST_PAGES = 400


class Chat:
    """The messages API of one running service, used as the contract says."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def request(self, method: str, path: str, **more: Any) -> Reply:
        """Send one request. Follow a redirect to the same path with a slash at its end, which clause K4 allows."""
        return self._followed(path, lambda target: self.service.request(method, target, **more))

    def post_in_pieces(self, body: bytes) -> Reply:
        """Post a body in pieces, with other requests in between."""
        return self._followed("/messages", lambda target: in_pieces(self.service, "POST", target, body))

    def get_after(self, method: str, body: bytes) -> Reply:
        """Send another request for `/messages`, then ask for messages on the same connection if that stays open."""
        return self._followed(
            "/messages",
            lambda target: on_one_connection(self.service, [(method, target, body), ("GET", target, b"")])[-1],
        )

    def _followed(self, path: str, send: Callable[[str], Reply]) -> Reply:
        """Send a request, and once more when the answer is a redirect to the same path with a slash at its end."""
        reply = send(path)
        if reply.code in (307, 308) and self._adds_a_slash(path, reply.headers.get("location", "")):
            return send(f"{path}/")
        return reply

    def _adds_a_slash(self, path: str, location: str) -> bool:
        """Tell whether a redirect leads to the same service and the same path with a slash at its end."""
        with contextlib.suppress(ValueError):
            target = urlsplit(urljoin(f"{self.service.url}{path}", location))
            return (target.port, target.path) == (self.service.port.number, f"{path}/")
        return False

    def post(self, body: bytes, **more: Any) -> Reply:
        """Post the bytes of a body unchanged, with the content type of JSON."""
        return self.request("POST", "/messages", body=body, headers=AS_JSON, **more)

    def get(self, **params: Any) -> Reply:
        """Ask for messages, and return the answer whatever it is."""
        return self.request("GET", "/messages", params={name: str(value) for name, value in params.items()})

    def send(self, text: str, *, patience: float = PATIENCE, **more: Any) -> Message:
        """Send a message and return the message object of the answer; raises Failed when the service refuses it."""
        reply = self.request("POST", "/messages", json={"text": text, **more}, patience=patience)
        if reply.code not in STORED:
            raise Failed(reply.summary, expected=f"{STORED} with the message object", request=reply.request)
        return read_message(reply)

    def send_many(self, count: int, *, length: int = 0, **more: Any) -> list[Message]:
        """Send messages one after the other and return them, the oldest first.

        Each text has at least `length` characters. `more` holds other members, the same for each message.
        """
        return [self.send(f"{words()} {number}".ljust(length, "-"), **more) for number in range(count)]

    def send_and_seek(self, count: int) -> Listing:
        """Send messages, and list those that `GET /messages` with `since` set to their own time doesn't return."""
        lost = {}
        for message in self.send_many(count):
            moment = message.created_at.written
            found = self.page(since=moment, limit=100)
            if not found.of([message.id]):
                lost[f"{message.id}: {moment}"] = found.request
        return Listing([*lost], request=next(iter(lost.values()), ""), what="message missing")

    def restart(self) -> None:
        """Stop the service, and start it again with the same data and port."""
        self.service.stop().in_time()
        self.service.start()

    def page(self, **params: Any) -> Page:
        """Fetch one page; raises Failed when the answer isn't 200 with an object of the promised shape."""
        reply = self.get(**params)
        if reply.code not in OK:
            raise Failed(reply.summary, expected="200", request=reply.request)
        return read_page(reply)

    def pages(self, **params: Any) -> Iterator[Page]:
        """Follow `next` and yield every page; raises Failed when the pages don't end or a cursor comes twice."""
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
        """Fetch every page, and return all messages as one page, in the order they came."""
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
        """Return the message object in an answer; raises Failed when there is none."""
        return read_message(reply)

    @staticmethod
    def fault_of_refusal(reply: Reply) -> Fault:
        """Say what is wrong with the body of a refusal; `""` when the body is as clause K6 says."""
        return error_body.fault_of_refusal(reply)

    @staticmethod
    def fault_if_refused(reply: Reply) -> Fault:
        """Say what is wrong with the body of an answer if it is a refusal; `""` when it isn't one."""
        return error_body.fault_if_refused(reply)

    def refusal_of(self, body: bytes) -> Status:
        """Post a body that is too large, and return the status. If the service closes the connection, that is a 413."""
        try:
            return self.post(body).status
        except TooLate:
            raise
        except Failed as failure:
            return Status(413, request=failure.request, summary=failure.actual)

    def at_most(self, **params: Any) -> Count:
        """Count the messages of a page. A refusal (400 or 422) counts as none."""
        reply = self.get(**params)
        if reply.code in INVALID:
            return Count(0, request=reply.request)
        if reply.code not in OK:
            raise Failed(reply.summary, expected="200, 400 or 422", request=reply.request)
        return read_page(reply).count
