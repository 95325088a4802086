"""Bringing an old database forward: by one start, by a second, by two at once, on nothing, and after a kill."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from grader import instant
from grader.messages import Page, same
from grader.oldstate import OldData
from grader.process import wait_until
from grader.rooms import LongChat
from grader.scratch import Scratch
from grader.seen import Listing
from grader.service import Service
from grader.shown import shown

FIRST_CHANGE = "first schema change"
POLL = 0.0005


class MigratedChat(LongChat):
    """The project's present state on a copy of the old database."""

    def __init__(self, service: Service, old: OldData) -> None:
        super().__init__(service, [message["id"] for message in old.messages])
        self.old = old

    def old_page(self) -> Page:
        """Fetch the old messages among the newest hundred: following pages is asked later."""
        fetched = self.page(limit=100)
        return Page(tuple(m for m in fetched.messages if self._is_old(m.id)), None, fetched.request)

    @property
    def expected(self) -> tuple[Any, ...]:
        """The ids that `old_page` has to hold, in order."""
        return self.history[:100]

    @property
    def changed_texts(self) -> Listing:
        """List the old messages whose text isn't what was sent."""
        page = self.old_page()
        sent = {str(message["id"]): message["text"] for message in self.old.messages}
        wrong = [
            f"{m.id}: {shown(m.fields.get('text'))}" for m in page.messages if m.fields.get("text") != sent[str(m.id)]
        ]
        return Listing(wrong, request=page.request, what="old message with another text")

    @property
    def impossible_times(self) -> Listing:
        """List the old messages whose time is neither null nor a valid one that has passed."""
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
        """List the old messages whose member of this name has another value."""
        page = self.old_page()
        odd = [f"{m.id}: {shown(m.fields.get(name))}" for m in page.messages if m.member(name) != value]
        return Listing(odd, request=page.request, what=f"old message whose {name} isn't {shown(value)}")

    @property
    def changed_times(self) -> Listing:
        """List the old messages whose time isn't the instant that the old state had told."""
        page = self.old_page()
        told = {str(m["id"]): _instant(m.get("created_at")) for m in self.old.messages if "created_at" in m}
        wrong = [
            f"{m.id}: {shown(m.fields.get('created_at'))}"
            for m in page.messages
            if str(m.id) in told and _instant(m.fields.get("created_at")) != told[str(m.id)]
        ]
        return Listing(wrong, request=page.request, what="old message with another time")

    def times(self) -> Listing:
        """List the old messages with their times, to be compared with a later look."""
        page = self.old_page()
        said = [f"{message.id}: {shown(message.member('created_at').value)}" for message in page.messages]
        return Listing(said, request=page.request, what="old message with its time")

    def _is_old(self, wanted: Any) -> bool:
        return any(same(wanted, one) for one in self.history)


class Migration:
    """Copies of the old database, and the starts that bring them forward."""

    def __init__(self, old: OldData, scratch: Scratch, new_service: Callable[..., Service]) -> None:
        self.old = old
        self._scratch = scratch
        self._new_service = new_service
        self._seconds = 0.0

    def chat(self) -> MigratedChat:
        """Start the project on a new copy of the old database."""
        service = self._new_service(data=self._copy(self.old.data))
        service.start()
        return MigratedChat(service, self.old)

    def empty_chat(self) -> MigratedChat:
        """Start the project on an old database without messages."""
        service = self._new_service(data=self._copy(self.old.empty))
        service.start()
        return MigratedChat(service, self.old)

    def two_chats(self, held: float) -> tuple[MigratedChat, MigratedChat]:
        """Start two servers at the same moment on one copy; `migrate`, if given, has run once before.

        A database that is held for some seconds lets both come to where they need it, and go on together.
        """
        data = self._copy(self.old.data)
        first, second = self._new_service(data=data), self._new_service(data=data)
        first.migrate()
        late = max(0.0, self._length() - held) if held else 0.0
        for service in (first, second):
            service.launch(migrate=False)
        if held and first.project.has_file_database:
            first.process.wait(late)
            with first.database.locked(held):
                pass
        for service in (first, second):
            service.ready()
        return MigratedChat(first, self.old), MigratedChat(second, self.old)

    def chat_after_kill(self, moment: float | str) -> MigratedChat:
        """Kill a migrating start in the middle, start again, and return what that made of the database.

        `moment` is a share of the time that a migrating start was measured to take, or the first schema change
        that another connection sees.
        """
        length = self._length()
        service = self._new_service(data=self._copy(self.old.data))
        schema = _schema(service)
        process = service.begin()
        try:
            if moment == FIRST_CHANGE:
                wait_until(
                    lambda: process.exit_code is not None or _schema(service) not in (None, schema), 2 * length, POLL
                )
            else:
                process.wait(float(moment) * length)
        finally:
            process.kill()
        service.start()
        return MigratedChat(service, self.old)

    def _length(self) -> float:
        """Measure, once, the seconds that bringing the old database forward takes."""
        if not self._seconds:
            service = self._new_service(data=self._copy(self.old.data))
            self._seconds = service.migrate()
            if not self._seconds:
                service.start()
                self._seconds = service.seconds_to_ready
            service.kill()
        return self._seconds

    def _copy(self, data: Path) -> Path:
        place = self._scratch.fresh("data")
        shutil.copytree(data, place)
        return place


def _schema(service: Service) -> object:
    """Read the number that SQLite changes with every change of the schema; None where that is not to be had."""
    if not service.project.has_file_database:
        return None
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(_read_only(service), uri=True, timeout=0)) as looking,
    ):
        return looking.execute("PRAGMA schema_version").fetchone()
    return None


def _read_only(service: Service) -> str:
    return f"file:{quote(str(service.database.path))}?mode=ro"


def _instant(value: Any) -> object:
    found = instant.read(value)
    return found.seconds if found else None


def _possible(value: Any, now: float) -> bool:
    found = instant.read(value)
    return value is None or (found is not None and float(found.seconds) <= now + 1)
