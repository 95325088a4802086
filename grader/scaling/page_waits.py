"""Whether a page takes longer to read when the chat has a long history, and when the page is longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from grader.chat.api import Chat
from grader.harness.harness import Harness
from grader.scaling.latency import Reader, compare_waits
from grader.scaling.long_history import FEW, two_histories
from grader.scaling.ratio import Ratio
from grader.service.server import Service

RECENT = 30
"""Messages that both services get at the end, so that the newest ones of both are alike."""
PLACE = 9
"""The place of the message, from the newest one, from whose time on is read, and which is read by itself."""
SHORT, LONG = 20, 100


@dataclass(frozen=True)
class Histories:
    """Two services of a project without a cache, one with a short history and one with a long one."""

    short: Service
    long: Service
    messages: int
    """How many messages the long history has."""

    @property
    def are_running(self) -> bool:
        """Whether both services still run."""
        return self.short.running and self.long.running

    def wait_for_page(self, *, limit: float) -> Ratio:
        """Compare the wait for the newest page. `limit` is what the check compares it with."""
        return self._compare("/messages", "/messages", limit)

    def wait_for_recent(self, *, limit: float) -> Ratio:
        """Compare the wait for the newest nine messages, by `since`."""
        return self._compare(_since(self.short), _since(self.long), limit)

    def wait_for_one(self, *, limit: float) -> Ratio:
        """Compare the wait for one message with its replies."""
        return self._compare(_one(self.short), _one(self.long), limit)

    def wait_for_long_page(self, *, limit: float) -> Ratio:
        """Compare the wait for 20 messages of the short history with that for 100."""
        short, long = f"/messages?limit={SHORT}", f"/messages?limit={LONG}"
        with Reader(self.short, short) as a, Reader(self.short, long) as b:
            return Ratio(compare_waits(a, b, limit), f"for limit={SHORT}", f"for limit={LONG}", request=b.line)

    def _compare(self, of_short: str, of_long: str, limit: float) -> Ratio:
        with Reader(self.short, of_short) as a, Reader(self.long, of_long) as b:
            found = compare_waits(a, b, limit)
            return Ratio(found, f"with {FEW:,} messages", f"with {self.messages:,} messages", request=b.line)


def make_histories(harness: Harness) -> Histories:
    """Make both histories, and send the newest messages of both; see `two_histories`."""
    short, long, messages = two_histories(harness, {"CACHE": "off"})
    for service in (short, long):
        Chat(service).send_many(RECENT, length=40)
    return Histories(short, long, messages)


def _since(service: Service) -> str:
    newest = Chat(service).page().messages[PLACE]
    return f"/messages?since={quote(newest.created_at.written, safe='')}"


def _one(service: Service) -> str:
    found: Any = Chat(service).page().messages[PLACE].id
    return f"/messages/{found}"
