"""The chat of a project's present state on a copy of an old database, and what became of the old messages."""

from __future__ import annotations

import time
from typing import Any

from grader.assertions.entries import Listing
from grader.assertions.json_values import same
from grader.chat import instant
from grader.chat.messages import Page
from grader.chat.scenarios import LongChat
from grader.migration.old_version import OldData
from grader.service.server import Service
from grader.text.values import shown

IN_1971 = 31_536_000
"""The start of 1971 in Unix seconds. No time before it is ever sent (clause K8), so the kit uses none in `since`."""


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
        wrong = [
            f"{m.id}: {shown(m.fields.get('text'))}" for m in page.messages if m.fields.get("text") != sent[str(m.id)]
        ]
        return Listing(wrong, request=page.request, what="old message with another text")

    @property
    def impossible_times(self) -> Listing:
        """List the old messages whose time is neither null nor a valid time in the past."""
        page, now = self.old_page(), time.time()
        return Listing(
            [
                f"{m.id}: {shown(m.member('created_at').value)}"
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
    def not_found_by_their_time(self) -> Listing:
        """List the newest old message with a time from 1971 on, if a page since that time doesn't hold it."""
        page = self.old_page()
        times = [(message, instant.read(message.fields.get("created_at"))) for message in page.messages]
        dated = [(message, moment) for message, moment in times if moment is not None and moment.seconds >= IN_1971]
        if not dated:
            return Listing([], request=page.request, what="old message missing")
        newest, moment = dated[0]
        found = self.page(since=moment.written, limit=100)
        missing = [] if any(same(newest.id, one) for one in found.ids) else [f"{newest.id}: {moment.written}"]
        return Listing(missing, request=found.request, what="old message missing")

    def times(self) -> Listing:
        """List the old messages with their times, to compare them with the times after a restart."""
        page = self.old_page()
        found = [f"{message.id}: {shown(message.member('created_at').value)}" for message in page.messages]
        return Listing(found, request=page.request, what="old message with its time")

    def _is_old(self, wanted: Any) -> bool:
        return _key(wanted) in self._old_ids


def _key(identity: Any) -> tuple[bool, str]:
    """Make an id, a string or an integer, a member of a set: 7 and "7" differ (clause K7)."""
    return isinstance(identity, str), str(identity)


def _instant(value: Any) -> object:
    found = instant.read(value)
    return found.seconds if found else None


def _possible(value: Any, now: float) -> bool:
    found = instant.read(value)
    return value is None or (found is not None and float(found.seconds) <= now + 1)
