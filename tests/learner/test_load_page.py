"""The page of one measurement: what `kit load --report` and `kit capacity --report` write."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.learner.load_page import LoadPage
from grader.load.capacity import Capacity, Judged
from grader.load.measurement import Probe
from grader.load.slo import Slo
from tests import projects
from tests.command import kit
from tests.load.test_programme import CHAT


def judged(rate: float, p95: float, because: str | None = None) -> Judged:
    return Judged(Probe(None, rate, rate, 1.0, p95, p95, 0, 0.5, 0.1, 0.0, planned=9, throughput=rate), because)


@pytest.mark.timeout(90)
def test_a_run_is_drawn_over_time(tmp_path: Path) -> None:
    projects.project(tmp_path / "<chat>", CHAT.format(habit=""))

    done = kit("load", "reads", "--seconds", "3", "--report", "out", "--project", "<chat>", cwd=tmp_path)

    page = (tmp_path / "out" / "load-reads.html").read_text("utf-8")
    assert "Report: out/load-reads.html" in done.text
    assert page.count("<svg") == 2
    assert "&lt;chat&gt;" in page
    assert done.status == 0


def test_searches_are_drawn_with_their_capacity(tmp_path: Path) -> None:
    found = Capacity(100.0, 119.0, "latency", (judged(100.0, 9.0), judged(119.0, 300.0, "latency")), done=True)
    drawn = LoadPage(tmp_path / "deep" / "out", "capacity", tmp_path)

    drawn.of_searches({"reads": found, "writes": found}, Slo(), 2300.0)

    page = drawn.path.read_text("utf-8")
    assert (drawn.path.name, page.count("<svg")) == ("capacity.html", 4)
    assert "Up to 100 requests per second, 95 of 100 writes came within 200 ms. At 119, answers came too late." in page


def test_a_place_that_takes_no_page_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="cannot be made"):
        LoadPage(tmp_path / "file", "capacity", tmp_path)


def test_a_page_goes_with_the_kits_own_generator_alone(tmp_path: Path) -> None:
    projects.project(tmp_path / "chat")

    done = kit("load", "reads", "--web", "--report", "out", "--project", "chat", cwd=tmp_path)

    assert (done.status, "--report goes with none of --web, --workers and --master" in done.text) == (2, True)
