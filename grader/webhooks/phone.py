"""A simulated telephone: sends text messages to a service as Twilio delivers them, and finds what became of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.assertions.entries import Listing
from grader.assertions.expected import DELIVERED
from grader.assertions.json_values import Count, same
from grader.assertions.replies import Fault
from grader.chat.api import Chat
from grader.chat.messages import Message, Page, found_first
from grader.chat.scenarios import Timed
from grader.errors import Failed
from grader.http_client.client import PATIENCE
from grader.http_client.reply import Replies, Reply
from grader.service.server import Service
from grader.testdata.random_values import hexadecimal, telephone_number, words
from grader.text.values import shown
from grader.webhooks import twilio
from grader.webhooks.twilio import Delivery, Parameters

USABLE = "an answer that Twilio can use: 200 with TwiML, or 204 and nothing"
WHITE_SPACE = " \t\r\n"


class Phone:
    """A telephone with one number, which sends text messages to the service.

    The deliveries are signed with `token`, for a service whose public URL is `public_url`; without one, it is the
    service's own address.
    """

    def __init__(
        self, service: Service, token: str, public_url: str = "", *, number: str = "", account: str = ""
    ) -> None:
        self.service = service
        self.chat = Chat(service)
        self.token = token
        self.public_url = public_url
        self.number = number or telephone_number()
        self.account = account or twilio.new_event("AC")

    def other(self, *, same_ending: int = 0) -> Phone:
        """Give a telephone with another number, which ends in the same `same_ending` digits."""
        ending = self.number[len(self.number) - same_ending :]
        while (number := telephone_number(ending)) == self.number:
            pass
        return self._with(number)

    def neighbour(self) -> Phone:
        """Give a telephone whose number differs from this one's in the last digit only."""
        last = "7" if self.number[-1] != "7" else "3"
        return self._with(f"{self.number[:-1]}{last}")

    def in_a_row(self, count: int) -> list[Phone]:
        """Give `count` telephones with consecutive numbers, the same ones each time."""
        return [self._with(f"+1202555{number:04d}") for number in range(count)]

    def abroad(self) -> Phone:
        """Give a telephone whose number differs from this one's in the country code only."""
        return self._with(f"+44{self.number.removeprefix('+1')}")

    def _with(self, number: str) -> Phone:
        return Phone(self.service, self.token, self.public_url, number=number, account=self.account)

    def write(self, body: str, **more: Any) -> Parameters:
        """Write a text message as a new event, and return its parameters."""
        return twilio.text_message(body, self.number, account=self.account, **more)

    def deliver(
        self,
        message: Parameters,
        *,
        patience: float = PATIENCE,
        headers: Mapping[str, str | None] | None = None,
        method: str = "POST",
        **more: Any,
    ) -> Reply:
        """Deliver a message, and return the answer. `headers` are sent besides the usual ones.

        `more` are arguments of `twilio.delivery`: `query`, `signed`, `token` and `public_url`.
        """
        return self._post(self._written(message, **more), patience, headers, method)

    def deliver_alike(self, body: str) -> Replies:
        """Deliver four events with one text. Their ids differ in one character: the last, the first, or the prefix."""
        digits = hexadecimal(30)
        events = (f"SM0{digits}0", f"SM0{digits}1", f"SM1{digits}0", f"MM0{digits}0")
        return Replies([self.deliver(self.write(body, event=event)) for event in events])

    def deliver_unsigned(self, message: Parameters) -> Reply:
        """Deliver a message without a signature."""
        written = self._written(message)
        headers = {name: value for name, value in written.headers.items() if name != twilio.SIGNATURE}
        return self._post(replace(written, headers=headers))

    def get_unsigned(self, message: Parameters) -> Reply:
        """Send a message as the query of a GET, without a signature."""
        return self.service.get(twilio.PATH, params=dict(message))

    def right_signature(self, message: Parameters, **more: Any) -> str:
        """Give the right signature for a delivery of this message."""
        return self._written(message, **more).headers[twilio.SIGNATURE]

    def deliver_raw(self, body: bytes) -> Reply:
        """Deliver a body that may be no form. The signature is that of a form without parameters."""
        return self._post(replace(self._written(()), body=body))

    def _written(self, message: Parameters, **more: Any) -> Delivery:
        known = {"token": self.token, "public_url": self.public_url or self.service.url}
        return twilio.delivery(message, **{**known, **more})

    def _post(
        self,
        written: Delivery,
        patience: float = PATIENCE,
        more: Mapping[str, str | None] | None = None,
        method: str = "POST",
    ) -> Reply:
        headers = {**written.headers, **(more or {})}
        return self.service.request(method, written.target, headers=headers, body=written.body, patience=patience)

    @staticmethod
    def new_event(prefix: str = "SM") -> str:
        """Draw the id of a new event, a `MessageSid`. The prefix `MM` is that of a message with pictures."""
        return twilio.new_event(prefix)

    @staticmethod
    def in_full(message: Parameters) -> Parameters:
        """Give a copy of the message with everything else that Twilio sends, such as the `SmsSid`."""
        return twilio.with_all_fields(message)

    @staticmethod
    def fault_of_answer(reply: Reply) -> Fault:
        """Say why Twilio can't use an answer; `""` when it can."""
        fault = ""
        try:
            twilio.read_answer(reply.code, reply.headers, reply.content)
        except twilio.NotTwiml as wrong:
            fault = str(wrong)
        return Fault(fault, answer=USABLE, request=reply.request, summary=reply.summary)

    @staticmethod
    def changed(message: Parameters, name: str, value: str) -> Parameters:
        """Give a copy of the message in which one parameter has another value."""
        return tuple((one, value if one == name else known) for one, known in message)

    @staticmethod
    def without(name: str, message: Parameters) -> Parameters:
        """Give a copy of the message without one parameter."""
        return tuple(pair for pair in message if pair[0] != name)

    def messages(self, text: str) -> Count:
        """Count the messages with this text among the newest hundred."""
        page = self.chat.page(limit=100)
        return Count(sum(same(one.fields.get("text"), text) for one in page.messages), request=page.request)

    def deliver_others(self, count: int) -> Page:
        """Deliver `count` other text messages, and return the first page after that; raises Failed at a refusal."""
        for _ in range(count):
            accepted(self.deliver(self.write(words())))
        return self.chat.page()

    def shared_authors(self, count: int) -> Listing:
        """Send text messages from `count` consecutive numbers, and list each author that several numbers share."""
        bodies = [words() for _ in range(count)]
        for one, body in zip(self.in_a_row(count), bodies, strict=True):
            accepted(one.deliver(one.write(body)))
        page = self.chat.page(limit=100)
        authors = Counter(str(one.member("author").value) for one in page.messages if one.fields.get("text") in bodies)
        shared = [f"{shown(author)} for {times} numbers" for author, times in authors.items() if times > 1]
        return Listing(shared, request=page.request, what="author for two numbers")

    def blank_above(self, known: Any) -> Listing:
        """List the messages whose text is empty or only white space, and that stand above the message of this id."""
        page = self.chat.page(limit=100).above(known)
        blank = [f"{shown(one.text.value)}, id {one.id}" for one in page.messages if _is_blank(one.text.value)]
        return Listing(blank, request=page.request, what="message without a text")

    def text(self, body: str) -> Message:
        """Send a text message, and return the message that it became; raises Failed when the service refuses it."""
        return self.text_timed(body).message

    def text_timed(self, body: str) -> Timed:
        """Send a text message, and return the message that it became, with the time of the request and the answer."""
        before = self.chat.page(limit=100)
        begun = time.time()
        reply = accepted(self.deliver(self.write(body)))
        ended = time.time()
        return Timed(
            found_first(self.chat.page(limit=100).without(before.ids), body, reply.request, new=True), begun, ended
        )


def accepted(reply: Reply) -> Reply:
    """Return the answer to a delivery; raises Failed when it isn't a success."""
    if reply.code not in DELIVERED:
        raise Failed(reply.summary, expected=str(DELIVERED), request=reply.request)
    return reply


def _is_blank(text: object) -> bool:
    return isinstance(text, str) and not text.strip(WHITE_SPACE)
