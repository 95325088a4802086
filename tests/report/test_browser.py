"""The pages in a browser, where there is one: nothing is complained of, and nothing is asked of anybody."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from grader.report import document, page, table
from grader.results.results import ExitStatus
from tests.browser import PROGRAM, QUIET, browser
from tests.report import loads
from tests.report.test_report import SITUATIONS

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium")
OWN = "not an origin"
"""What the browser's log has as the origin of its own requests, which no page caused."""


def opened(text: str, folder: Path, width: int = 1280) -> tuple[list[str], list[str]]:
    """Open a page in the browser, and return the lines of its console, and the addresses that it asked for."""
    (folder / "page.html").write_text(text, "utf-8")
    log, picture = folder / "net.json", folder / "page.png"
    words = [f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", f"--screenshot={picture}"]
    run = subprocess.run(
        [
            str(PROGRAM),
            *QUIET,
            "--enable-logging=stderr",
            *words,
            f"--window-size={width},2000",
            (folder / "page.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert picture.stat().st_size > 1000
    events = json.loads(log.read_text())["events"]
    asked = [event["params"] for event in events if "url" in event.get("params", {}) and "initiator" in event["params"]]
    console = [line for line in run.stderr.splitlines() if ":CONSOLE:" in line]
    return console, [one["url"] for one in asked if one["initiator"] != OWN]


def test_a_report_complains_of_nothing_and_asks_nobody(tmp_path: Path) -> None:
    report = document.document(Path(), SITUATIONS["one-fails"])
    report["load"] = loads.SITUATIONS["all"]

    assert opened(page.page(report, above="index.html"), tmp_path) == ([], [])


def test_what_a_page_must_not_do_would_be_seen_here(tmp_path: Path) -> None:
    text = page.measurement("kit load", "", loads.SITUATIONS["generator"])
    console, _ = opened(
        text.replace("<h1>", '<img src="http://127.0.0.1:9/x.png"><p style="color:red">x</p><h1>'), tmp_path
    )

    assert len(console) == 2
    assert all("Content Security Policy" in line for line in console)


def test_a_page_without_its_policy_would_be_seen_to_ask(tmp_path: Path) -> None:
    _, asked = opened('<img src="http://127.0.0.1:9/x.png">' + "x" * 999, tmp_path)

    assert asked == ["http://127.0.0.1:9/x.png"]


@pytest.mark.parametrize("width", [360, 1280])
def test_a_row_of_a_class_is_two_lines_high_and_shows_its_result(tmp_path: Path, width: int) -> None:
    stages = (("01", 40), ("02", 100), ("03", 90), ("04", 10))
    row = table.Row("ann", ExitStatus.FAILED, 240, 300, 25, stages, "404 Not Found, " * 12, provisional=True)
    (tmp_path / "index.html").write_text(page.of_class([row], [stage for stage, _ in stages]), "utf-8")

    with browser(tmp_path / "profile") as program, program.tab() as tab:
        tab.open((tmp_path / "index.html").as_uri(), width=width)
        height = tab.value("document.querySelectorAll('tr')[1].getBoundingClientRect().height")
        right = tab.value("document.querySelectorAll('td')[1].getBoundingClientRect().right")

    assert height < 60
    assert right < width
