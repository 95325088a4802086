"""What the page's open tabs are told: the newest state of the watch, drawn once, for each of them what it lacks.

A tab that reads slowly holds up nobody: between two events it misses what is old, and gets the newest state.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

MOST_TABS = 4
"""A browser opens six connections to one server at most; so two stay free for what the tabs ask besides."""
BEAT = 5.0
"""Seconds after which a tab hears that the watch still runs."""
BETWEEN = 0.1
"""Seconds between two events for one tab at least, so that many changes in a row become one."""


@dataclass(frozen=True)
class View:
    """A state of the watch as the page shows it: HTML by the ids of its places, and the words for the tab itself.

    `state` is one word for its colours, `title` the title of the tab, and `said` is what a screen reader says.
    """

    panels: Mapping[str, str]
    state: str
    title: str
    said: str


@dataclass(eq=False)
class _Tab:
    has: dict[str, str] = field(default_factory=dict)
    seen: int = -1
    is_paused: bool = False


class Feed:
    """Gives every open tab the newest state. `draw` makes its view, when a tab needs it.

    `version` is that of the page's own files: a tab with other ones loads the page again.
    """

    def __init__(self, draw: Callable[[], View], *, version: str = "", beat: float = BEAT) -> None:
        self._draw = draw
        self._version = version
        self._beat = beat
        self._changed = threading.Condition()
        self._drawing = threading.Lock()
        self._tabs: list[_Tab] = []
        self._number = 0
        self._drawn: tuple[int, View] | None = None
        self.has_ended = False

    @property
    def tabs(self) -> int:
        """How many tabs read now."""
        return len(self._tabs)

    def change(self, *_: object) -> None:
        """Tell that there is a new state. It takes no time, so that the watch doesn't wait for any tab."""
        with self._changed:
            self._number += 1
            self._changed.notify_all()

    def end(self) -> None:
        """Tell every tab that the watch has ended, and wait a second at most until they know."""
        with self._changed:
            self.has_ended = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._tabs, 1.0)

    def view(self) -> View:
        """Return the view of the newest state."""
        with self._drawing:
            number = self._number
            if self._drawn is None or self._drawn[0] != number:
                self._drawn = number, self._draw()
            return self._drawn[1]

    def events(self) -> Iterator[str]:
        """Return the server-sent events for a new tab, until the watch or the tab ends.

        `state` brings what has changed; the first one brings everything. `beat` says that the watch still runs,
        `paused` that newer tabs have taken this one's place, and `ended` that the watch has ended.
        """
        with self._tab() as tab:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._is_due(tab), self._beat)
                    number = self._number
                if tab.is_paused or self.has_ended:
                    yield _event("paused" if tab.is_paused else "ended", {})
                    return
                if tab.seen == number:
                    yield _event("beat", {})
                    continue
                tab.seen = number
                yield _event("state", self._lacking(tab))
                with self._changed:
                    self._changed.wait_for(lambda: tab.is_paused or self.has_ended, BETWEEN)

    def _is_due(self, tab: _Tab) -> bool:
        return tab.seen != self._number or tab.is_paused or self.has_ended

    def _lacking(self, tab: _Tab) -> dict[str, Any]:
        view = self.view()
        panels = {name: html for name, html in view.panels.items() if tab.has.get(name) != html}
        tab.has.update(panels)
        return {
            "panels": panels,
            "state": view.state,
            "title": view.title,
            "said": view.said,
            "version": self._version,
        }

    @contextmanager
    def _tab(self) -> Iterator[_Tab]:
        tab = _Tab()
        with self._changed:
            self._tabs.append(tab)
            for old in self._tabs[:-MOST_TABS]:
                old.is_paused = True
            self._changed.notify_all()
        try:
            yield tab
        finally:
            with self._changed:
                self._tabs.remove(tab)
                self._changed.notify_all()


def _event(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
