"""Chats in a known state: with many messages, with times that the kit measured, or with time between messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.assertions.entries import Listing
from grader.assertions.json_values import Count, Value
from grader.chat import instant
from grader.chat.api import Chat
from grader.chat.instant import Instant
from grader.chat.messages import Message, Page
from grader.errors import Failed, NotChecked
from grader.service.server import Service
from grader.system.time_zones import in_winter
from grader.testdata.random_values import words
from grader.text.values import shown

SLACK = 1.0
"""Seconds by which `created_at` may miss the time that the kit measured."""
APART = 3.2
"""Seconds between two messages, so that an instant between them lies 1.5 s from both."""
FIRST_TENTH, LAST_TENTH = Fraction(1, 10), Fraction(9, 10)
"""The kit asks for the whole second of a message only where its fraction lies between these."""


class CrowdedChat(Chat):
    """A chat whose newest messages are those of the kit in `sent`, more than any page may hold."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._fill()

    def keep_crowded(self) -> None:
        """Send new messages if anything was posted since the last ones: the newest are the kit's own again."""
        if self._posted() != self._posted_before:
            self._fill()

    def _fill(self) -> None:
        self.sent = self.send_many(104)
        self._posted_before = self._posted()

    def _posted(self) -> int:
        return sum("POST" in line for line in self.service.exchanges)

    def newest(self, count: int) -> tuple[Any, ...]:
        """Give the ids of the newest `count` messages, the newest first."""
        return tuple(message.id for message in self.sent[: -count - 1 : -1])


@dataclass(frozen=True)
class Timed:
    """A message, and the time when it was sent and when its answer came, in Unix seconds of the kit's clock."""

    message: Message
    """The message object in the answer."""
    begun: float
    ended: float

    @property
    def early_or_late(self) -> Missed:
        """How many seconds `created_at` lies before the request or after the answer; 0 if it is at most one."""
        moment = float(self.message.created_at.seconds)
        miss = min(0.0, moment - (self.begun - SLACK)) + max(0.0, moment - (self.ended + SLACK))
        return Missed(round(miss) if abs(miss) > 1 else round(miss, 1), self)


class Missed(Value):
    """How many seconds a `created_at` differs from the moment of acceptance."""

    def __init__(self, seconds: float, timed: Timed) -> None:
        super().__init__(seconds, name="created_at", request=timed.message.request)
        self._timed = timed

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - checks compare it only with 0
        accepted = Instant(Fraction(self._timed.begun), "", 0, is_number=False).spelled(zulu=True)
        return f"created_at: the moment of acceptance, {accepted}, give or take a second"

    def actual_text(self) -> str:
        far, way = f"{abs(self.value) + SLACK:.1f}".removesuffix(".0"), "later" if self.value > 0 else "earlier"
        return f"created_at: {self._timed.message.created_at.written}, {far} s {way}"

    def actual_text_beside(self, other: object) -> str:  # noqa: ARG002 - checks compare it only with 0
        return self.actual_text()


class TimedChat(Chat):
    """A chat whose messages the kit times with its own clock."""

    def send_timed(self, text: str, **more: Any) -> Timed:
        """Send a message, and return it with the time of the request and of the answer."""
        begun = time.time()
        sent = self.send(text, **more)
        return Timed(sent, begun, time.time())

    def move_to_winter(self) -> None:
        """Restart the service with the same data in a time zone without summer time now, unless it runs there."""
        moved = {**self.service.env, **in_winter()}
        if moved != self.service.env:
            self.service.env = moved
            self.restart()


class SpacedChat(Chat):
    """A chat with two messages of the kit, more than three seconds apart.

    `pause` waits for some seconds.
    """

    def __init__(self, service: Service, pause: Callable[[float], None]) -> None:
        super().__init__(service)
        self._wait_after_the_last(pause)
        first = self.send(words())
        pause(APART + _to_the_middle_of_a_second(time.time() + APART))
        self.sent = (first, self.send(words()))

    def _wait_after_the_last(self, pause: Callable[[float], None]) -> None:
        """Wait until the newest message that is there already is `APART` seconds old."""
        found = self.page(limit=1).messages
        last = instant.read(found[0].fields.get("created_at")) if found else None
        if last is not None:
            pause(min(APART, max(0.0, float(last.seconds) + APART - time.time())))

    @property
    def two(self) -> tuple[Instant, Instant]:
        """The instants of the two messages, the older first, as the server wrote them."""
        first, second = self.sent
        return first.created_at, second.created_at

    @property
    def ids_of_both(self) -> tuple[Any, Any]:
        """The ids of the two messages, the newer first."""
        first, second = self.sent
        return second.id, first.id

    @property
    def id_of_second(self) -> tuple[Any]:
        """The id of the newer message alone, to compare with the ids of a page."""
        return (self.sent[1].id,)

    def after_the_first(self, seconds: float, digits: int = 3) -> str:
        """Write the instant that lies so many seconds after the first message, in UTC."""
        return self.two[0].shifted(seconds, digits)

    def after_the_last(self, seconds: float) -> str:
        """Write the instant that lies so many seconds after the second message, in UTC."""
        return self.two[1].shifted(seconds, 3)

    def second_in(self, hours: int, minutes: int) -> str:
        """Write the instant of the second message with another offset from UTC.

        Raises NotChecked where the server writes times as numbers.
        """
        second = self.two[1]
        if second.is_number:
            raise NotChecked(
                "The server writes times as numbers; another spelling of the exact instant isn't promised."
            )
        return second.spelled(hours=hours, minutes=minutes)

    @property
    def wrong_at_the_whole_second(self) -> Listing:
        """List the messages that `since` with the second in which they lie leaves out, or with the next one lists.

        A whole second is asked only where every time that the server has shown has a fraction (clause K8).
        """
        page, wrong = self.page(limit=100), {}
        times = [instant.read(one.fields.get("created_at")) for one in page.messages]
        if all(one.digits for one in times if one is not None):
            for message in self.sent:
                moment = message.created_at
                for seconds in (0, 1) if FIRST_TENTH <= moment.seconds % 1 <= LAST_TENTH else ():
                    whole = Instant(Fraction(moment.seconds // 1 + seconds), "", 0, is_number=False)
                    found = self.page(since=whole.spelled(zulu=True))
                    if bool(found.of([message.id])) == bool(seconds):
                        wrong[f"{message.id} of {moment.written}"] = found.request
        return Listing([*wrong], request=next(iter(wrong.values()), page.request), what="message lost or too much")

    @property
    def midnight(self) -> str:
        """The midnight before the first message, in UTC."""
        day = int(self.two[0].seconds) // 86_400 * 86_400
        return Instant(Fraction(day), "", 0, is_number=False).spelled(zulu=True)


def _to_the_middle_of_a_second(moment: float) -> float:
    """Give the seconds from a moment to one that lies well inside a second. Most moments do."""
    return 0.0 if 0.2 <= moment % 1 <= 0.7 else (1.25 - moment) % 1


class LongChat(TimedChat):
    """A chat with a long list of messages. `history` holds their ids, the newest first."""

    def __init__(self, service: Service, history: Sequence[Any]) -> None:
        super().__init__(service)
        self.history = tuple(history)
        self.later: list[Any] = []
        """The ids of the messages that came after the history."""

    def send(self, text: str, **more: Any) -> Message:
        """Send a message after the history, and return the message object of the answer."""
        sent = super().send(text, **more)
        self.later.append(sent.id)
        return sent

    def all_history(self, **params: Any) -> Page:
        """Fetch every page, without what came after the history, and without what a database that isn't new held."""
        fetched = self.all(**params)
        if not self.service.project.has_new_databases:
            return fetched.of_ids(self.history)
        return fetched.without(self.later)

    def part_of_next(self, share: float) -> str:
        """Give `share` times the characters of a right cursor: a part of it, or it and its beginning once more."""
        page = self.page(limit=7)
        if not page.cursor:
            raise Failed(f"next: {shown(page.next)}", expected="next: a string", request=page.request)
        return (page.cursor * 2)[: int(len(page.cursor) * share)]

    def all_while_sending(self, **params: Any) -> Page:
        """Fetch every page, and send a message after each."""
        fetched = []
        for page in self.pages(**params):
            fetched.append(page)
            self.send(words())
        together = tuple(message for page in fetched for message in page.messages)
        return Page(together, None, f"{fetched[0].request}   # and every next, with a message sent after each page")

    def all_with_a_restart(self, **params: Any) -> Page:
        """Fetch every page, and restart the service after the first."""
        fetched = []
        for page in self.pages(**params):
            fetched.append(page)
            if len(fetched) == 1:
                self.restart()
        together = tuple(message for page in fetched for message in page.messages)
        return Page(together, None, f"{fetched[0].request}   (and every next, with a restart after the first page)")

    def largest_page(self, **params: Any) -> Count:
        """Count the messages of the largest page."""
        return max((page.count for page in self.pages(**params)), key=int)
