"""`kit watch --web` at a terminal: the address stands there as a whole, and only where a page is."""

from __future__ import annotations

import json
from pathlib import Path

from tests import projects
from tests.command import KIT, environment, kit
from tests.watch.driven import Terminal


def test_the_address_stands_on_a_narrow_screen_and_a_second_watch_has_none(
    tmp_path: Path, nothing_left: object, port: int
) -> None:
    folder = projects.project(tmp_path / "project").folder
    words = ["watch", "--web", "--no-browser", "--port", str(port)]
    watch = Terminal([KIT, *words], cwd=folder, env=environment(), columns=40)
    try:
        watch.until("q quit", "browser")
        kept = json.loads((folder / ".kit" / "page.json").read_text())
        assert f"http://127.0.0.1:{kept['port']}/{kept['token']}/" in watch.text.replace("\n", "")

        second = kit(*words, cwd=folder)
        assert (second.status, second.stdout) == (2, "")
        assert second.text.startswith("kit: Another kit watch looks after this project already")

        watch.press("q")
        assert watch.ended() == 0
    finally:
        watch.close()


def test_no_browser_without_a_page_is_a_wrong_argument(tmp_path: Path) -> None:
    folder = projects.project(tmp_path / "project").folder
    done = kit("watch", "--no-browser", cwd=folder)

    assert (done.status, done.text) == (2, "kit: --no-browser goes with --web only.")
