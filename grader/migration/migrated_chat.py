"""The chat of a project's present state on a copy of an old database, and what became of the old messages."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from grader.assertions.entries import Listing
from grader.chat import instant
from grader.chat.instant import Instant
from grader.chat.messages import Message, Page
from grader.chat.scenarios import LongChat
from grader.migration.old_version import OldData
from grader.service.server import Service
from grader.text.difference import beside
from grader.text.values import shown

IN_1971 = 31_536_000
"""The start of 1971 in Unix seconds. No time before it is ever sent (clause K8), so the kit uses none in `since`."""
NEAR = Fraction(3, 2)
"""Seconds around an instant in which the contract promises nothing about other messages (clause K8)."""
APART = Fraction(8, 5)
"""Seconds from the time of a message to an instant before or after it. It is more than NEAR, as digits are cut off."""


class MigratedChat(LongChat):
    """The chat of the project's present state on a copy of the old database."""

    def __init__(self, service: Service, old: OldData) -> None:
        super().__init__(service, [message["id"] for message in old.messages])
        self.old = old
        self._old_ids = {_key(one) for one in self.history}
        self.ready_at = time.monotonic()

    def old_page(self) -> Page:
        """Fetch the old messages among the newest hundred. It follows no pages, which only a later step promises."""
        fetched = self.page(limit=100)
        return Page(tuple(m for m in fetched.messages if self._is_old(m.id)), None, fetched.request)

    @property
    def expected(self) -> tuple[Any, ...]:
        """The ids that `old_page` must hold, in order. What the kit has sent since stands above them."""
        return self.history[: max(0, 100 - len(self.later))]

    @property
    def changed_texts(self) -> Listing:
        """List the old messages whose text isn't the one that the kit sent to the old state."""
        page = self.old_page()
        sent = {str(message["id"]): message["text"] for message in self.old.messages}
        pairs = [(m.id, m.fields.get("text"), sent[str(m.id)]) for m in page.messages]
        wrong = [f"{id_}: {beside(now, old)}, not {beside(old, now)}" for id_, now, old in pairs if now != old]
        return Listing(wrong, request=page.request, what="old message with another text")

    @property
    def impossible_times(self) -> Listing:
        """List the old messages whose time is neither null nor a valid time in the past."""
        page, now = self.old_page(), time.time()
        return Listing(
            [
                f"{m.id}: {shown(m.member('created_at').value)}{instant.fault(m.fields['created_at'])}"
                for m in page.messages
                if not _possible(m.member("created_at").value, now)
            ],
            request=page.request,
            what="old message with a time that can't be",
        )

    def other_than(self, name: str, value: object) -> Listing:
        """List the old messages in which the member `name` has another value."""
        return self.old_page().other_than(name, value, what="old message")

    @property
    def changed_times(self) -> Listing:
        """List the old messages whose time isn't the instant that the old state gave for them."""
        page = self.old_page()
        earlier = {str(m["id"]): _instant(m.get("created_at")) for m in self.old.messages if "created_at" in m}
        wrong = [
            f"{m.id}: {shown(m.fields.get('created_at'))}"
            for m in page.messages
            if str(m.id) in earlier and _instant(m.fields.get("created_at")) != earlier[str(m.id)]
        ]
        return Listing(wrong, request=page.request, what="old message with another time")

    @property
    def misplaced_by_their_time(self) -> Listing:
        """List the old messages that `since` doesn't treat as their `created_at` says.

        The kit asks for the first, the middle and the last of the times from 1971 on that old messages show, and for
        instants just before and after each.
        """
        page = self.old_page()
        dated = [(one, moment) for one in page.messages if (moment := instant.read(one.fields.get("created_at")))]
        what = "old message that since treats otherwise than its time says"
        for since, asked in _questions([moment for _, moment in dated]):
            found = self.page(since=asked, limit=100)
            if wrong := _misplaced(dated, since, found):
                return Listing(wrong, request=found.request, what=what)
        return Listing([], request=page.request, what=what)

    def times(self) -> Listing:
        """List the old messages with their times, to compare them with the times after a restart."""
        page = self.old_page()
        found = [f"{message.id}: {shown(message.member('created_at').value)}" for message in page.messages]
        return Listing(found, request=page.request, what="old message with its time")

    def _is_old(self, wanted: Any) -> bool:
        return _key(wanted) in self._old_ids


def _questions(moments: Sequence[Instant]) -> Iterator[tuple[Fraction, str]]:
    """Yield the instants to ask for, in Unix seconds, and as `since` has them."""
    times = {moment.seconds: moment for moment in moments if moment.seconds >= IN_1971}
    ordered = [times[seconds] for seconds in sorted(times)]
    for place in sorted({0, len(ordered) // 2, len(ordered) - 1}) if ordered else ():
        moment = ordered[place]
        yield moment.seconds, moment.written
        for seconds in (-APART, APART):
            yield moment.seconds + seconds, moment.shifted(float(seconds))
    if len(times) < len(moments):
        yield Fraction(IN_1971), Instant(Fraction(IN_1971), "", 0, is_number=False).spelled(zulu=True)


def _misplaced(dated: Sequence[tuple[Message, Instant]], since: Fraction, found: Page) -> list[str]:
    """Say which messages are missing on a page since an instant, and which don't belong there.

    A message that lies close to the instant, and not at it, is left out: the contract promises nothing about it.
    """
    listed = {_key(one) for one in found.ids}
    wrong = []
    for message, moment in dated:
        belongs = moment.seconds >= since
        if belongs != (_key(message.id) in listed) and not 0 < abs(moment.seconds - since) < NEAR:
            wrong.append(f"{message.id} of {moment.written} is {'missing' if belongs else 'listed'}")
    return wrong


def _key(identity: Any) -> tuple[bool, str]:
    """Make an id, a string or an integer, a member of a set: 7 and "7" differ (clause K7)."""
    return isinstance(identity, str), str(identity)


def _instant(value: Any) -> object:
    found = instant.read(value)
    return found.seconds if found else None


def _possible(value: Any, now: float) -> bool:
    found = instant.read(value)
    return value is None or (found is not None and float(found.seconds) <= now + 1)
