"""Bringing an old database forward: by one start, by a second, by two at once, on nothing, and after a kill."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assertions.entries import Listing
from grader.assertions.json_values import same
from grader.chat import instant
from grader.chat.messages import Page
from grader.chat.scenarios import LongChat
from grader.errors import Failed
from grader.migration import startup_race, wal
from grader.migration.old_version import OldData
from grader.service.server import Service
from grader.system.scratch import Scratch
from grader.text.values import shown

IN_1971 = 31_536_000
"""No time before 1971 is ever sent (clause K8), so an old message with such a time isn't looked for."""
UNSEEN = 1.6
"""Seconds for which the database is held at most while nobody is seen to open it (clause K6 promises 2)."""
UNSEEN_AND_SLOW = 8.0
"""The same for a second look, of which nothing is believed but that it was opened."""
PAIRS = 3
"""How many pairs of servers are started, at most, until two come to the held database together."""
SETTLING = 0.3
"""Seconds after the first answer in which a server may still bring rows forward in the background."""


class MigratedChat(LongChat):
    """The project's present state on a copy of the old database."""

    def __init__(self, service: Service, old: OldData) -> None:
        super().__init__(service, [message["id"] for message in old.messages])
        self.old = old
        self.ready_at = time.monotonic()

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
        return self.old_page().other_than(name, value, what="old message")

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

    @property
    def not_found_by_their_time(self) -> Listing:
        """List the newest old message that shows a time, from 1971 on, unless it is listed since that time."""
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
        """List the old messages with their times, to be compared with a later look."""
        page = self.old_page()
        said = [f"{message.id}: {shown(message.member('created_at').value)}" for message in page.messages]
        return Listing(said, request=page.request, what="old message with its time")

    def _is_old(self, wanted: Any) -> bool:
        return any(same(wanted, one) for one in self.history)


@dataclass(frozen=True)
class Recorded:
    """A database at `path` with the log of a migrating start, and where in it the commits end, but for the last."""

    path: Path
    ends: tuple[int, ...]


class Migration:
    """Copies of the old database, and the starts that bring them forward."""

    def __init__(self, old: OldData, scratch: Scratch, new_service: Callable[..., Service]) -> None:
        self.old = old
        self._scratch = scratch
        self._new_service = new_service
        self._seconds = 0.0
        self._is_seen = False
        self._recorded: Recorded | None = None

    def chat(self, env: Mapping[str, str] | None = None) -> MigratedChat:
        """Start the project on a new copy of the old database, with more in its environment than usual."""
        service = self._new_service(data=self._copy(self.old.data), env=env)
        service.start()
        return MigratedChat(service, self.old)

    def empty_chat(self) -> MigratedChat:
        """Start the project on an old database without messages."""
        service = self._new_service(data=self._copy(self.old.empty))
        service.start()
        return MigratedChat(service, self.old)

    def two_chats(self, held: float) -> tuple[MigratedChat, MigratedChat]:
        """Start two servers at the same moment on one copy; `migrate`, if given, has run once before.

        A database that is held for some seconds lets both come to where they need it, and go on together. On a busy
        machine one may come too late for that; then another pair is started.
        """
        for _ in range(PAIRS - 1):
            pair, have_met = self._pair(held)
            if have_met:
                break
            for service in pair:
                service.kill()
        else:
            pair, _ = self._pair(held)
        return MigratedChat(pair[0], self.old), MigratedChat(pair[1], self.old)

    def _pair(self, held: float) -> tuple[tuple[Service, Service], bool]:
        """Start two servers, and tell whether both came to the held database, as far as that can be seen."""
        data = self._copy(self.old.data)
        pair = self._new_service(data=data), self._new_service(data=data)
        pair[0].migrate()
        if held:
            self._length()
        for service in pair:
            service.launch(migrate=False)
        with self._held(held, pair) as missing, ThreadPoolExecutor(len(pair)) as pool:
            list(pool.map(Service.ready, pair))
        return pair, not missing

    @contextmanager
    def _held(self, seconds: float, starting: Sequence[Service]) -> Iterator[list[Service]]:
        """Hold the database of two starting servers while they come to it; yields those that don't, as far as is seen.

        Where the system doesn't show it, the lock is taken so late that a start on a quiet machine needs it then.
        """
        if not seconds or not starting[0].project.has_file_database:
            yield []
        elif self._is_seen:
            with startup_race.held(starting, seconds) as missing:
                yield missing
        else:
            starting[0].process.wait(max(0.0, self._length() - seconds))
            with starting[0].database.locked(seconds):
                yield []

    def chat_after_kill(self, moment: float) -> MigratedChat:
        """Kill a migrating start in the middle, start again, and return what that made of the database.

        `moment` is a share of the time that a migrating start was measured to take.
        """
        length = self._length()
        service = self._copied()
        process = service.begin()
        try:
            process.wait(moment * length)
        finally:
            process.kill()
        return self._started_again(service)

    def chat_after_commit(self, share: float) -> MigratedChat:
        """Start on what a kill right after one of the commits of a migrating start leaves behind.

        `share` says which: 0 is the first, 1 the last but one. Where the commits can't be told apart, or the database
        alone is not all that there is, the start is one on the old database.
        """
        recorded = self._record()
        if not recorded.ends:
            return self.chat()
        service = self._copied()
        end = recorded.ends[round(share * (len(recorded.ends) - 1))]
        wal.write_state(recorded.path, end, service.database.path)
        return self._started_again(service)

    def _record(self) -> Recorded:
        """Let one start bring a copy forward, and keep every state that its commits leave, all but the last; once."""
        if self._recorded is None:
            service = self._copied()
            self._recorded = Recorded(service.data, ())
            if service.project.has_file_database:
                with contextlib.suppress(sqlite3.Error, OSError):
                    self._recorded = self._watched(service)
        return self._recorded

    def _watched(self, service: Service) -> Recorded:
        path = service.database.path
        with wal.recording(path):
            with contextlib.suppress(Failed):
                service.start()
                service.process.wait(SETTLING)
            service.kill()
            ends = wal.commits(path)[:-1] if wal.only_database(self.old.data, service.data, path) else []
            kept = self._scratch.fresh("recorded")
            shutil.copytree(service.data, kept)
        return Recorded(kept / path.relative_to(service.data), tuple(ends))

    def _copied(self) -> Service:
        return self._new_service(data=self._copy(self.old.data))

    def _started_again(self, service: Service) -> MigratedChat:
        service.start()
        return MigratedChat(service, self.old)

    def _length(self) -> float:
        """Measure, once, the seconds that bringing the old database forward takes, and whether one sees it opened."""
        if not self._seconds:
            service = self._copied()
            self._seconds = service.migrate()
            if not self._seconds:
                self._is_seen = startup_race.is_seen_opening(service, UNSEEN)
                if service.project.has_file_database and not self._is_seen:
                    service.kill()
                    service = self._measured_anew()
                self._seconds = service.seconds_to_ready
            service.kill()
        return self._seconds

    def _measured_anew(self) -> Service:
        """Start again a server that wasn't seen to open its database: on a busy machine it may only have been slow.

        If it isn't seen now, the time for which we held the database is in what was measured, and it starts once more.
        """
        service = self._copied()
        with contextlib.suppress(Failed):
            self._is_seen = startup_race.is_seen_opening(service, UNSEEN_AND_SLOW)
        if not self._is_seen:
            service.kill()
            service = self._copied()
            service.start()
        return service

    def _copy(self, data: Path) -> Path:
        place = self._scratch.fresh("data")
        shutil.copytree(data, place)
        return place


def _instant(value: Any) -> object:
    found = instant.read(value)
    return found.seconds if found else None


def _possible(value: Any, now: float) -> bool:
    found = instant.read(value)
    return value is None or (found is not None and float(found.seconds) <= now + 1)
