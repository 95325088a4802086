"""Uses the messages API of a service: sends messages, lists them, and follows pages to the last."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from grader.assertions.entries import Listing
from grader.assertions.expected import INVALID, OK, STORED
from grader.assertions.json_values import Count
from grader.assertions.replies import Fault, Status
from grader.chat import error_body, later
from grader.chat.messages import MEMBERS, PAGE, Message, Page, read_message, read_page
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

    def send_in_turn(self, *texts: str, **more: Any) -> Page:
        """Send messages with these texts, one after the other. Return what came as a page, the newest first.

        Texts may be equal. `more` holds other members, the same for each message.
        """
        sent: list[Message] = []
        for place, text in enumerate(texts):
            try:
                sent.insert(0, self.send(text, **more))
            except Failed as failure:
                # The line alone may succeed, where the kit sent the same text or the same other members before.
                alike = texts.index(text) if text in texts[:place] else 0
                earlier = [sent[-1 - alike].request] if text in texts[:place] or (more and sent) else []
                failure.request = "; ".join([*earlier, failure.request])
                raise
        return Page(tuple(sent), None, "; ".join(one.request for one in sent[:-3:-1]))

    def try_to_reply(self, to: Message) -> None:
        """Send a message whose `reply_to` names another one, whatever the answer. Not every service has replies."""
        self.request("POST", "/messages", json={"text": words(), "reply_to": to.id})

    def send_and_seek(self, count: int) -> Listing:
        """Send messages, and list those that `GET /messages` doesn't return with `since` set to a time of them.

        That is a message's own time, or that of another which isn't later.
        """
        lost: dict[str, str] = {}
        sent = self.send_many(count)
        for moment in (message.created_at for message in sent):
            found = self.page(since=moment.written, limit=100)
            wanted = [one for one in sent if one.created_at.seconds >= moment.seconds]
            missing = [one for one in wanted if not found.of([one.id])]
            lost |= {f"{one.id}: {one.created_at.written}": found.request for one in missing}
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
        return replace(read_page(reply), limit=int(params.get("limit", PAGE)))

    def changed_since(self, before: Page, *names: str, places: bool = True) -> Listing:
        """List what the list shows differently of the messages of an earlier page: their places, and their members.

        `names` are the members to compare; without them, these are all that the contract names.
        """
        now = self.page(limit=before.limit) if before.limit != PAGE else self.page()
        return later.changes(before, now, names=names or MEMBERS, places=places)

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
        return Page(together, None, f"{fetched[0].request}   # and every next, {len(fetched)} pages")

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

    def largest_limit(self, limit: int) -> int:
        """Return a `limit` above 100, if the server accepts it, else 100."""
        return limit if self.get(limit=limit).code in OK else 100

    def at_most(self, **params: Any) -> Count:
        """Count the messages of a page. A refusal (400 or 422) counts as none."""
        reply = self.get(**params)
        if reply.code in INVALID:
            return Count(0, request=reply.request)
        if reply.code not in OK:
            raise Failed(reply.summary, expected="200, 400 or 422", request=reply.request)
        return read_page(reply).count
