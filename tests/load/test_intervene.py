"""Interventions on real services: what is compared, and what one answer cost on either side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.learner.intervention_lines import InterventionLines
from grader.load import intervene
from grader.load.bench import bench
from grader.load.comparison import Comparison, Half, Pair, Verdict
from grader.load.figures import Figure
from grader.load.generator import Generator
from grader.load.intervene import Finding, Side
from grader.load.interventions import LIMIT
from grader.load.measurement import Load
from grader.load.reference import ReferenceServer
from grader.load.workloads import READ
from tests.load import services

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def load() -> Iterator[Load]:
    with Generator() as generator, ReferenceServer("--seconds", "0.005") as server:
        yield Load(generator, server.url, server.pid)


def test_a_side_gives_its_figure_and_keeps_all(load: Load) -> None:
    done: list[str] = []
    side = Side(load, (READ,), Figure.P50, before=lambda: done.append("before"))
    half = side()

    assert done == ["before"]
    (figures,) = side.figures
    assert half == Half(figures.p50_ms or 0.0, figures.other)
    assert half.value >= 5


def test_costs_are_medians_of_what_both_sides_know(load: Load) -> None:
    a, b = Side(load, (READ,), Figure.RATE), Side(load, (READ,), Figure.RATE)
    for side in (a, b):
        side()
    costs = intervene._costs(a, b)

    assert costs[Figure.CPU] == (a.figures[0].cpu_ms, b.figures[0].cpu_ms)
    assert all(cost > 0 for cost in costs[Figure.CPU])
    assert intervene._costs(a, lambda: Half(1.0)) == {}


def test_a_cache_is_measured_on_services_with_and_without_it(tmp_path: Path) -> None:
    project = services.write(tmp_path)
    server = tmp_path / "app.py"
    dear = 'dear("hello" * (1 if os.environ["CACHE"] == "on" else 20))'
    server.write_text(server.read_text().replace('dear("hello")', dear))

    with bench(project) as ready, intervene.PREPARE["cache"](ready, "writes") as (on, off, metrics):
        pair = Pair(on(), off())
    assert pair.ratio > 1.4
    assert metrics(Comparison(1.4, Verdict.ABOVE, (pair,))) == {"cache_gain": pair.ratio}


def test_costs_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    found = Comparison(2.7, Verdict.ABOVE, tuple(Pair(Half(2.0), Half(8.0)) for _ in range(8)))
    costs = {Figure.CPU: (1.1, 4.25), Figure.READS: (6.0, 96.0)}
    InterventionLines().end(Finding(LIMIT, found, {"p50_ratio_limit_5": 4.0, "writes_per_s_memory": 1160.4}, costs))

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "processor ms A 1.10 B 4.25 for one answer" in lines
    assert "file reads A 6.00 B 96.00 for one answer" in lines
    assert "metric p50_ratio_limit_5 = 4" in lines
    assert "metric writes_per_s_memory = 1160" in lines
    assert "medians A 2.00 B 8.00 ms for a page of reads (median)" in lines


def test_a_long_sentence_stays_behind_its_margin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "60")
    InterventionLines().not_possible("This machine has one processor, so none can be taken away.")

    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 2
    assert all(line.startswith("  ") and line[2] != " " for line in lines)
