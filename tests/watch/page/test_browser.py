"""The page of a watch in a real browser: it changes on a save, its keys work, and it says when the watch has ended."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import ROOT
from grader.system.ports import Port
from grader.watch.page.server import serving
from tests.browser import PROGRAM, Browser, Tab, browser
from tests.command import KIT, environment, kit
from tests.watch.fake_watch import COURSE, FAILURE, FakeWatch, snapshot

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium")
LIVE = "document.body.dataset.link === 'live'"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def tab(opened: Browser) -> Iterator[Tab]:
    with opened.tab() as found:
        yield found


@pytest.fixture
def watch() -> FakeWatch:
    return FakeWatch()


@pytest.fixture
def page(watch: FakeWatch, tmp_path: Path) -> Iterator[str]:
    with serving(watch, COURSE, tmp_path) as url:
        yield url


def shows(text: str, place: str = "body") -> str:
    return f"document.querySelector('{place}').innerText.includes({text!r})"


@contextmanager
def watching(project: Path, port: int) -> Iterator[str]:
    """Run `kit watch --web`, and give the address that it prints."""
    words = [KIT, "watch", "--web", "--no-browser", "--port", str(port)]
    with subprocess.Popen(words, cwd=project, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None
            yield found[0]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def test_a_saved_file_changes_the_page_and_the_page_outlives_the_watch(tmp_path: Path, nothing_left: object) -> None:
    project = tmp_path / "chat"
    assert kit("start", project, cwd=tmp_path).status == 0
    home = project / "server" / "home.py"
    port = Port()
    with browser(tmp_path / "profile") as found, found.tab() as tab:
        with watching(project, port.number) as url:
            tab.open(url)
            tab.until(shows("The server answers an unknown path with 404.", ".verdict"))
            assert tab.text(".verdict h2") == tab.text("article h2") == "1.4 Unknown paths and nonsense"

            home.write_text(home.read_text().partition("# TODO 1.4")[0])

            tab.until(shows("1.4 passes now", "#p-now"))
            tab.until("document.querySelector('article h2').innerText.startsWith('1.5')")
        tab.until(shows("kit watch has ended", "#alarm"))
        with watching(project, port.number) as again:
            assert again == url
            tab.until(LIVE)
            assert tab.value("document.getElementById('alarm').hidden")
        assert [one for one in tab.asked if not one.startswith((url, "data:"))] == []
    port.release()


def test_the_keys_reach_the_watch(tab: Tab, watch: FakeWatch, page: str) -> None:
    tab.open(page)
    tab.until(LIVE)
    for key in "HSn":
        tab.press(key)
    tab.press("к", "KeyR")  # a Russian keyboard
    tab.press("?")
    assert tab.value("document.getElementById('list').open")
    tab.press("h")
    tab.press("?")
    assert not tab.value("document.getElementById('list').open")
    tab.until("performance.getEntriesByType('resource').filter((one) => one.name.includes('/do/')).length === 4")
    assert sorted(watch.asked) == ["hint", "next", "rerun", "solution"]


def test_two_tabs_show_the_same_and_complain_of_nothing(opened: Browser, watch: FakeWatch, page: str) -> None:
    with opened.tab() as one, opened.tab() as other:
        for tab in (one, other):
            tab.open(page)
            tab.until(LIVE)
        watch.tell(snapshot(failure=replace(FAILURE, says="Another <b>sentence</b>."), verdict="fail"))
        for tab in (one, other):
            tab.until(shows("Another <b>sentence</b>."))
            assert tab.text("#said") == "1.4 fails: Another <b>sentence</b>."
            assert tab.value("document.title") == "✗ 1.4 Unknown paths and nonsense · kit watch"
            assert tab.complaints == []
            assert {url for url in tab.asked if not url.startswith((page, "data:"))} == set()


def test_a_change_keeps_what_a_person_has_opened_and_focused(tab: Tab, watch: FakeWatch, page: str) -> None:
    tab.open(page)
    tab.until(LIVE)
    tab.value("document.getElementById('whole').open = true; document.getElementById('copy-line').focus()")

    watch.tell(snapshot("1.4", failure=replace(FAILURE, seen="another"), verdict="fail"))
    tab.until(shows("another", ".came"))

    assert tab.value("document.activeElement.id") == "copy-line"
    assert tab.value("document.getElementById('whole').open")


@pytest.mark.parametrize(("width", "dark"), [(360, True), (800, False), (1280, False), (1920, True)])
def test_nothing_is_wider_than_the_window_and_the_verdict_comes_first(
    tab: Tab, watch: FakeWatch, page: str, width: int, *, dark: bool
) -> None:
    watch.tell(snapshot("2.8", failure=replace(FAILURE, asked="x" * 300, seen="y" * 300), verdict="fail"))
    tab.open(page, width=width, height=800, dark=dark)
    tab.until(LIVE)

    assert tab.value("document.documentElement.scrollWidth") <= width
    top = tab.value("document.querySelector('.verdict h2').getBoundingClientRect().top")
    assert 0 < top < 400
    ground = tab.value("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(20, 23, 29)" if dark else "rgb(255, 255, 255)")


def test_a_page_whose_watch_was_killed_says_so_and_goes_on_by_itself(tab: Tab, tmp_path: Path) -> None:
    with killed_at_the_end(tmp_path) as url:
        tab.open(url)
        tab.until(LIVE)
    tab.until(shows("kit watch doesn't answer since", "#alarm"))
    tab.until(shows("not connected", "#link"))

    with killed_at_the_end(tmp_path) as again:
        assert again == url
        tab.until(LIVE)
        assert tab.value("document.getElementById('alarm').hidden")


@contextmanager
def killed_at_the_end(project: Path) -> Iterator[str]:
    """Serve the page of a fake watch from a process of its own."""
    words = [sys.executable, "-m", "tests.watch.fake_watch", project]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()
