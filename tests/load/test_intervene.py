"""Interventions on real services: what is compared, and what one answer cost on either side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.learner.intervention_lines import InterventionLines
from grader.load import intervene
from grader.load.comparison import Comparison, Half, Pair, Verdict
from grader.load.figures import Figure
from grader.load.generator import Generator
from grader.load.intervene import Finding, Side
from grader.load.interventions import LIMIT
from grader.load.measurement import Load
from grader.load.reference import ReferenceServer
from grader.load.workloads import READ

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


def test_costs_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    found = Comparison(2.7, Verdict.ABOVE, tuple(Pair(Half(2.0), Half(8.0)) for _ in range(8)))
    costs = {Figure.CPU: (1.1, 4.25), Figure.READS: (6.0, 96.0)}
    InterventionLines().end(Finding(LIMIT, found, {"p50_ratio_limit_5": 4.0}, costs))

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "processor ms A 1.10 B 4.25 for one answer" in lines
    assert "file reads A 6.00 B 96.00 for one answer" in lines
    assert "metric p50_ratio_limit_5 = 4" in lines
