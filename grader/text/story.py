"""What the kit did to a server, in order, and how that is told before the request that failed."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

MOST = 6
"""How many deeds are told. Of a longer story, the last ones."""
SENT = "message sent"
LOCKED = "the database locked"
READ = "another program reading the database"
ON_DATA = "on a database"
"""How the origin of a story begins: it says what the data was at first."""
RAN_WITH = "the server ran with "
KEPT_BY_HOLD = "   # on the data of the check, which --hold keeps"
"""What stands behind a line that starts a server, if the start failed on data which the line doesn't name."""


@dataclass
class Deed:
    """One thing that the kit did: a request, a start, a signal or a lock.

    `line` is the line to paste, or empty. `what` says what it was; empty for what changes nothing, such as most GETs.
    `settings` are those of a start. `is_own` says that the thread of the checks did it.
    """

    what: str
    line: str = ""
    settings: str | None = None
    at: float = field(default_factory=time.monotonic)
    is_own: bool = field(default_factory=lambda: threading.current_thread() is threading.main_thread())

    def ended(self, method: str, path: str, code: int) -> None:
        """Keep how a request was answered. A GET of another path than `/` changes nothing, so it isn't told."""
        if method == "POST" and path == "/messages" and code in (200, 201):
            self.what = SENT
        elif method == "GET" and path != "/":
            self.what = ""
        else:
            self.what = f"{method} {path}" + ("" if code == 200 else f" ({code})")


class Story:
    """All that the kit did to the servers on one folder of data. `origin` says what the data was at first.

    `is_common` says that checks with nothing in common use the server, so that what earlier ones did isn't told.
    """

    def __init__(self, origin: str = "") -> None:
        self.origin = origin
        self.is_common = False
        self.deeds: list[Deed] = []

    def __len__(self) -> int:
        return len(self.deeds)

    def add(self, what: str, line: str = "", settings: str | None = None) -> Deed:
        """Add something that the kit does now."""
        self.deeds.append(Deed(what, line, settings))
        return self.deeds[-1]

    @property
    def has_past(self) -> bool:
        """Whether the data were there before the last start."""
        return bool(self.origin) or sum(deed.settings is not None for deed in self.deeds) > 1

    @property
    def is_left_alone(self) -> bool:
        """Whether the kit never held the database, for reading or for writing."""
        return not any(deed.what.startswith((LOCKED, READ)) for deed in self.deeds)

    def last(self, request: str, until: float = inf, *, own: bool = False) -> float:
        """Return the time of the last deed, until an instant, whose line stands in `request`; 0 if there is none.

        With `own`, only what the main thread did counts, which runs the checks.
        """
        found = (deed for deed in self.deeds if deed.line and deed.line in request and (deed.is_own or not own))
        return max((deed.at for deed in found if deed.at <= until), default=0.0)

    def locked(self, request: str, since: int) -> bool:
        """Tell whether the database was locked for what `told` tells."""
        return any(deed.what.startswith(LOCKED) for deed in self._before(request, since)[1])

    def told(self, request: str, since: int) -> str:
        """Tell in one line what came before `request`, or return `""`.

        `since` is the number of deeds that were done before the check began. What is among them is not told, except
        the settings of the server, what its data was at first, and how many messages it had got already.
        """
        earlier, now = self._before(request, since)
        starts = [deed.settings for deed in earlier if deed.settings is not None]
        first = next((deed for deed in now if deed.settings is not None), None) if not starts else None
        settings = starts[-1] if starts else first.settings if first and first.settings else ""
        parts = _happened([deed for deed in now if deed is not first], settings)
        sent = sum(deed.what == SENT for deed in earlier)
        if sent and "/messages" in request and " -X " not in request and not any(SENT in part for part in parts):
            parts.insert(0, f"{_times(sent, SENT)} earlier")
        facts = [self.origin, f"{RAN_WITH}{settings}" if settings else ""]
        return "; ".join(part for part in [*facts, ", then ".join(parts)] if part)

    def _before(self, request: str, since: int) -> tuple[Sequence[Deed], Sequence[Deed]]:
        """Split what was done before the last deed in `request`: before the check began, and in it.

        What stands in `request` itself is left out, as far as it was done after the last start.
        """
        deeds = list(self.deeds)
        found = [place for place, deed in enumerate(deeds) if deed.line and deed.line in request]
        end = found[-1] if found else len(deeds)
        begin = since if since <= end else 0
        life = max((place for place, deed in enumerate(deeds[:end]) if deed.settings is not None), default=-1)
        asked = {place for place in found if place > life}
        return deeds[:begin], [deeds[place] for place in range(begin, end) if place not in asked]


def _happened(deeds: Iterable[Deed], settings: str) -> list[str]:
    """Tell the deeds in order. Equal ones that follow each other are counted."""
    told = []
    for deed in deeds:
        if deed.settings is not None:
            changed = f" with {deed.settings or 'other settings'}" if deed.settings != settings else ""
            told.append(deed.what + changed)
            settings = deed.settings
        elif deed.what:
            told.append(deed.what)
    groups = [_times(len(list(same)), what) for what, same in itertools.groupby(told)]
    return groups if len(groups) <= MOST else ["…", *groups[-MOST:]]


def _times(count: int, what: str) -> str:
    if what == SENT:
        return f"{count} {what}" if count == 1 else f"{count} {what.replace('message', 'messages')}"
    return what if count == 1 else f"{count} × {what}"
