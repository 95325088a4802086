"""The starts of one check: the servers that it started on copies of an old database end with the check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from grader.migration.migrated_chat import MigratedChat
from grader.migration.starts import Migration


class OwnStarts:
    """Starts the project on copies of the old database, which the project then migrates.

    Many checks start servers of their own. If they ran until the end of the run, some dozen would fill the memory of a
    small machine.
    """

    def __init__(self, migration: Migration) -> None:
        self._migration = migration
        self._chats: list[MigratedChat] = []

    def chat(self, env: Mapping[str, str] | None = None) -> MigratedChat:
        """Start the project on a copy of the old database. `env` is added to its environment."""
        return self._own(self._migration.chat(env))

    def empty_chat(self) -> MigratedChat:
        """Start the project on an old database without messages."""
        return self._own(self._migration.empty_chat())

    def two_chats(self, locked: float) -> tuple[MigratedChat, MigratedChat]:
        """Start two servers at the same moment on one copy, which the kit locks for `locked` seconds."""
        one, other = self._migration.two_chats(locked)
        return self._own(one), self._own(other)

    def chat_after_kill(self, moment: float) -> MigratedChat:
        """Kill the project at a share of the time that a migrating start takes, start it again, and return its chat."""
        return self._own(self._migration.chat_after_kill(moment))

    def chat_after_commit(self, share: float) -> MigratedChat:
        """Start the project on what a kill leaves right after a commit: 0 is the first one, 1 the last but one."""
        return self._own(self._migration.chat_after_commit(share))

    def _own(self, chat: MigratedChat) -> MigratedChat:
        self._chats.append(chat)
        return chat

    def end(self) -> None:
        """End the servers."""
        for chat in self._chats:
            chat.service.kill()


@contextmanager
def own_starts(migration: Migration) -> Iterator[OwnStarts]:
    """Give the starts of one check, and end their servers afterwards."""
    starts = OwnStarts(migration)
    try:
        yield starts
    finally:
        starts.end()
