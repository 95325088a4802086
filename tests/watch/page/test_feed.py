"""What open tabs are told: the newest state, and nothing that piles up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from grader.watch.page.feed import MOST_TABS, Feed, View


class Drawn:
    """A state with one panel, and how often it was drawn."""

    def __init__(self) -> None:
        self.panels = {"now": "a", "brief": "long"}
        self.times = 0

    def __call__(self) -> View:
        self.times += 1
        return View(dict(self.panels), "fail", "title", "said")


@pytest.fixture
def drawn() -> Drawn:
    return Drawn()


@pytest.fixture
def feed(drawn: Drawn) -> Feed:
    return Feed(drawn, beat=0.01)


def following(tab: Iterator[str]) -> tuple[str, dict[str, str]]:
    """Read the next event that is no beat: its name, and its panels."""
    for event in tab:
        name, data = event.split("\n")[:2]
        if name != "event: beat":
            return name.removeprefix("event: "), json.loads(data.removeprefix("data: ")).get("panels", {})
    return "closed", {}


def test_a_change_brings_only_what_has_changed(feed: Feed, drawn: Drawn) -> None:
    tab = feed.events()
    assert following(tab) == ("state", {"now": "a", "brief": "long"})

    drawn.panels["now"] = "b"
    feed.change()

    assert following(tab) == ("state", {"now": "b"})


def test_a_slow_tab_gets_the_newest_state_and_no_older_one(feed: Feed, drawn: Drawn) -> None:
    tab = feed.events()
    following(tab)
    for number in range(1000):
        drawn.panels["now"] = str(number)
        feed.change()

    assert following(tab) == ("state", {"now": "999"})
    assert next(tab).startswith("event: beat")
    assert drawn.times == 2


def test_two_tabs_get_the_same_and_it_is_drawn_once(feed: Feed, drawn: Drawn) -> None:
    tabs = [feed.events(), feed.events()]

    assert following(tabs[0]) == following(tabs[1]) == ("state", {"now": "a", "brief": "long"})
    assert drawn.times == 1


def test_a_quiet_watch_sends_beats(feed: Feed) -> None:
    tab = feed.events()
    following(tab)

    assert [next(tab).partition("\n")[0] for _ in range(3)] == ["event: beat"] * 3


def test_the_oldest_tab_pauses_when_there_are_too_many(feed: Feed) -> None:
    tabs = [feed.events() for _ in range(MOST_TABS + 1)]
    for tab in tabs:
        following(tab)

    assert following(tabs[0]) == ("paused", {})
    assert following(tabs[0]) == ("closed", {})
    assert feed.tabs == MOST_TABS
    assert next(tabs[1]).startswith("event: beat")


def test_a_closed_tab_is_forgotten(feed: Feed) -> None:
    tab = feed.events()
    following(tab)
    assert feed.tabs == 1

    tab.close()

    assert feed.tabs == 0


def test_the_end_of_the_watch_reaches_a_tab_that_waits(drawn: Drawn) -> None:
    feed = Feed(drawn, beat=60)
    told: list[str] = []
    waits = threading.Event()

    def read() -> None:
        tab = feed.events()
        told.append(following(tab)[0])
        waits.set()
        told.append(following(tab)[0])

    thread = threading.Thread(target=read)
    thread.start()
    assert waits.wait(10)
    feed.end()
    thread.join(10)

    assert told == ["state", "ended"]
    assert feed.tabs == 0


def test_a_tab_that_comes_after_the_end_hears_of_it(feed: Feed) -> None:
    feed.end()

    assert following(feed.events()) == ("ended", {})
