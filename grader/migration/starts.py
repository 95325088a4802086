"""Starts the project on copies of an old database, which it migrates: alone, two at once, or after a kill."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import Failed
from grader.harness.harness import Harness
from grader.migration import startup_race, wal
from grader.migration.migrated_chat import MigratedChat
from grader.migration.old_version import OldData, old_data
from grader.service.server import Service
from grader.system import trees
from grader.system.resources import Resources
from grader.text.story import ON_DATA, Story

UNSEEN = 1.6
"""Seconds that the kit locks the database at most, while it sees no server open it (clause K6 promises 2)."""
UNSEEN_AND_SLOW = 8.0
"""The same for a second try. Of this one the kit uses only whether it saw the server open the database."""
PAIRS = 3
"""How many pairs of servers the kit starts at most, until both servers of one meet the locked database."""
OLD_DATA = f"{ON_DATA} of the project's earlier state"
SETTLING = 0.3
"""Seconds after the first answer in which a server may still migrate rows in the background."""


@dataclass(frozen=True)
class Recorded:
    """A database at `path` with the write-ahead log of a migrating start.

    `ends` are the positions in the log, in bytes, where a commit ends, without that of the last commit.
    """

    path: Path
    ends: tuple[int, ...]


def migration_from(harness: Harness, earlier_states: tuple[str, ...]) -> Migration:
    """Return the starts on the database of an earlier state of the project; the same object for the same states.

    `earlier_states` are ids of steps: the earlier state is the first of them that the project has (see `old_data`).
    """

    def find() -> Migration:
        old = old_data(harness.project, harness.resources, harness.services.new, earlier_states)
        return Migration(old, harness.resources, harness.services.new)

    return harness.shared.once(f"migration from {earlier_states}", find)


class Migration:
    """Starts the project on copies of the old database, which the project then migrates."""

    def __init__(self, old: OldData, resources: Resources, new_service: Callable[..., Service]) -> None:
        self.old = old
        self._resources = resources
        self._new_service = new_service
        self._seconds = 0.0
        self._is_seen = False
        self._recorded: Recorded | None = None

    def chat(self, env: Mapping[str, str] | None = None) -> MigratedChat:
        """Start the project on a copy of the old database. `env` is added to its environment."""
        service = self._copied(env=env)
        service.start()
        return MigratedChat(service, self.old)

    def empty_chat(self) -> MigratedChat:
        """Start the project on an old database without messages."""
        service = self._new_service(data=self._copy(self.old.empty), story=Story(f"{OLD_DATA} without a message"))
        service.start()
        return MigratedChat(service, self.old)

    def two_chats(self, locked: float) -> tuple[MigratedChat, MigratedChat]:
        """Start two servers at the same moment on one copy. A `migrate` of service.toml runs once before.

        The kit locks the database for `locked` seconds, so that both servers wait for it and then go on together. On a
        busy machine one server may open it too late for that; then the kit starts another pair.
        """
        for _ in range(PAIRS - 1):
            pair, have_met = self._pair(locked)
            if have_met:
                break
            for service in pair:
                service.kill()
        else:
            pair, _ = self._pair(locked)
        return MigratedChat(pair[0], self.old), MigratedChat(pair[1], self.old)

    def _pair(self, locked: float) -> tuple[tuple[Service, Service], bool]:
        """Start two servers, and tell whether both met the locked database, as far as the kit can see it."""
        data = self._copy(self.old.data)
        story = self._story()
        pair = self._new_service(data=data, story=story), self._new_service(data=data, story=story)
        pair[0].migrate()
        if locked:
            self._migrating_seconds()
        for service in pair:
            service.launch(migrate=False)
        with self._locked(locked, pair) as missing, ThreadPoolExecutor(len(pair)) as pool:
            list(pool.map(Service.ready, pair))
        return pair, not missing

    @contextmanager
    def _locked(self, seconds: float, starting: Sequence[Service]) -> Iterator[list[Service]]:
        """Lock the database of two starting servers. Yields the servers that the kit didn't see open it meanwhile.

        If the system doesn't show which files a server has open, the kit locks the database at the moment when a start
        on a quiet machine needs it.
        """
        if not seconds or not starting[0].project.has_file_database:
            yield []
        elif self._is_seen:
            with startup_race.locked(starting, seconds) as missing:
                yield missing
        else:
            starting[0].process.wait(max(0.0, self._migrating_seconds() - seconds))
            with starting[0].database.locked(seconds):
                yield []

    def chat_after_kill(self, moment: float) -> MigratedChat:
        """Kill the project in the middle of a migrating start, start it again, and return its chat.

        `moment` says when: it is a share of the time that a migrating start takes.
        """
        seconds = self._migrating_seconds()
        service = self._copied()
        process = service.begin()
        try:
            process.wait(moment * seconds)
        finally:
            process.kill()
        service.story.add("a start that the kit killed", settings="")
        return self._started_again(service)

    def chat_after_commit(self, share: float) -> MigratedChat:
        """Start the project on the database that a kill right after one commit of a migrating start leaves behind.

        `share` says after which commit: 0 is the first, 1 the last but one. If the kit can't tell the commits apart, or
        if the migrating start changed other files too, the project starts on the old database.
        """
        recorded = self._record()
        if not recorded.ends:
            return self.chat()
        service = self._copied()
        end = recorded.ends[round(share * (len(recorded.ends) - 1))]
        wal.write_state(recorded.path, end, service.database.path)
        service.story.add("a start that the kit killed after one of its commits", settings="")
        return self._started_again(service)

    def _record(self) -> Recorded:
        """Let one start migrate a copy, and record the database after each of its commits but the last; done once."""
        if self._recorded is None:
            service = self._copied()
            self._recorded = Recorded(service.data, ())
            if service.project.has_file_database:
                with contextlib.suppress(sqlite3.Error, OSError, Failed):
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
            kept = self._resources.fresh("recorded")
            trees.copy(service.data, kept, most=trees.DATA)
        return Recorded(kept / path.relative_to(service.data), tuple(ends))

    def _copied(self, **more: Any) -> Service:
        return self._new_service(data=self._copy(self.old.data), story=self._story(), **more)

    def _story(self) -> Story:
        return Story(f"{OLD_DATA} with {len(self.old.messages)} messages")

    def _started_again(self, service: Service) -> MigratedChat:
        service.start()
        return MigratedChat(service, self.old)

    def _migrating_seconds(self) -> float:
        """Measure the seconds of a migrating start, and whether the kit sees it open the database; done once."""
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
        """Start again a server that the kit didn't see open its database: on a busy machine it may only have been slow.

        If the kit doesn't see it now, the measured time includes the time of the lock. Then the server starts once
        more, without a lock.
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
        place = self._resources.fresh("data")
        trees.copy(data, place)
        return place
