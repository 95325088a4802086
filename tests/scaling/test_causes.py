"""The table of limits and figures: which evidence is good enough, and for what."""

import itertools
import re
from math import inf

import pytest

from grader.scaling import causes
from grader.scaling.causes import CORES, DISK, IN_MEMORY, LIMIT, ROWS, SIGNATURES
from tests.real_course import COURSE

SLOW_COMMITS = {DISK: 61.0, IN_MEMORY: 780.0}
FAST_COMMITS = {DISK: 700.0, IN_MEMORY: 780.0}


@pytest.mark.parametrize(
    ("cause", "metrics"),
    [
        ("commit", SLOW_COMMITS),
        ("cpu_app", {CORES: 1.0, ROWS: 1.05}),
        ("cpu_db", {CORES: 1.0, ROWS: 12.0}),
        ("lock", FAST_COMMITS | {CORES: 0.1, causes.CLIENTS: 1.0}),
        ("network", FAST_COMMITS | {CORES: 0.2, causes.CLIENTS: 6.9}),
    ],
)
def test_these_figures_show_one_limit_and_no_other(cause, metrics):
    assert causes.contradictions(cause, metrics) == []
    assert causes.rivals(cause, metrics) == []
    for other in set(SIGNATURES) - {cause, "none_found"}:
        assert causes.contradictions(other, metrics), other


def test_figures_that_fit_others_name_them_and_what_would_tell():
    others = causes.rivals("cpu_app", FAST_COMMITS)

    assert others == ["cpu_db", "lock", "network"]
    assert causes.separating("cpu_app", others) == [ROWS, CORES]
    assert causes.rivals("cpu_app", FAST_COMMITS | {ROWS: 1.0, CORES: 1.2}) == []


def test_every_limit_can_be_told_from_every_other_by_what_the_table_has():
    for one, other in itertools.permutations(set(SIGNATURES) - {"none_found"}, 2):
        assert causes.separating(one, [other]), (one, other)


@pytest.mark.parametrize(
    ("cause", "metrics", "named"),
    [
        ("commit", FAST_COMMITS, [causes.GAIN]),
        ("cpu_app", SLOW_COMMITS, [causes.GAIN]),
        ("cpu_app", {CORES: 0.2}, [CORES]),
        ("lock", {CORES: 1.0}, [CORES]),
        ("none_found", {ROWS: 14.0, LIMIT: 3.6}, [ROWS, LIMIT]),
        ("generator", SLOW_COMMITS, []),
    ],
)
def test_figures_that_speak_against_a_limit_are_named(cause, metrics, named):
    assert sorted(causes.contradictions(cause, metrics)) == sorted(named)


def test_a_figure_just_beyond_the_limit_is_let_pass_with_slack():
    assert causes.contradictions("commit", {DISK: 100.0, IN_MEMORY: 140.0}) == [causes.GAIN]
    assert causes.contradictions("commit", {DISK: 100.0, IN_MEMORY: 140.0}, 1.25) == []


def test_each_metric_has_its_intervention():
    from grader.load.interventions import ALL

    assert set(causes.METRICS.values()) <= set(ALL)
    assert {figure for ranges in SIGNATURES.values() for figure in ranges} - {causes.GAIN} <= set(causes.METRICS)


def test_the_contract_has_the_same_table():
    contract = (COURSE.exercises / "CONTRACT.md").read_text()

    for cause, ranges in SIGNATURES.items():
        row = next(line for line in contract.splitlines() if line.startswith(f"| `{cause}` |"))
        said = dict(re.findall(r"`(\w+)` (at (?:least|most) [\d.]+)", row))
        said |= {causes.GAIN: said.pop(causes.DISK)}
        low = {figure: f"at least {one.low:g}" for figure, one in ranges.items() if one.low}
        assert said == low | {figure: f"at most {one.high:g}" for figure, one in ranges.items() if one.high < inf}
