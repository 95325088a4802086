"""Profiles as data: read from what a recorder or py-spy wrote, added up, sorted, and saved for pstats."""

from __future__ import annotations

import pstats
from pathlib import Path

import pytest

from grader.load import profile_data
from grader.load.profile_data import Function, Times

OUTER, INNER = Function("/p/app.py", 3, "outer"), Function("/p/app.py", 9, "inner")
LEN = Function("~", 0, "<built-in method builtins.len>")
ENTRIES = [
    ["/p/app.py", 3, "outer", 1, 1, 0.5, 2.0, []],
    ["/p/app.py", 9, "inner", 4, 4, 1.5, 1.5, [["/p/app.py", 3, "outer", 4, 4, 1.5, 1.5]]],
]


def test_what_a_recorder_wrote_is_read_and_added_up_over_threads() -> None:
    profile = profile_data.recorded([*ENTRIES, *ENTRIES])

    assert profile[OUTER] == Times(2, 2, 1.0, 4.0)
    assert profile[INNER] == Times(8, 8, 3.0, 3.0, {OUTER: [8, 8, 3.0, 3.0]})
    assert profile_data.total(profile) == 4.0
    assert profile_data.by_own_time(profile) == [INNER, OUTER]


@pytest.mark.parametrize(
    "entries",
    [
        [["too", "short"]],
        [["/p/app.py", "three", "outer", 1, 1, 0.5, 2.0, []]],
        [["f", 1, "g", 1, 1, 1, 1, [["h"]]]],
        7,
    ],
)
def test_anything_else_is_refused(entries: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        profile_data.recorded(entries)  # type: ignore[arg-type]


def test_samples_become_own_and_cumulative_time() -> None:
    lines = ["outer (/p/app.py:3);inner (/p/app.py:9) 30", "outer (/p/app.py:3) 10", "no frame 4", ""]

    profile = profile_data.sampled(lines, 0.01)

    assert profile[OUTER] == Times(40, 40, pytest.approx(0.1), pytest.approx(0.4))  # type: ignore[arg-type]
    assert profile[INNER].own == pytest.approx(0.3)
    assert profile[INNER].callers == {OUTER: [30, 30, pytest.approx(0.3), pytest.approx(0.3)]}


def test_a_function_that_calls_itself_counts_once_a_sample() -> None:
    profile = profile_data.sampled(["outer (/p/app.py:3);outer (/p/app.py:3) 5"], 0.1)

    assert profile[OUTER].cumulative == pytest.approx(0.5)


def test_only_the_functions_of_the_project_are_the_learners() -> None:
    installed = Function("/p/.venv/lib/python3.11/site-packages/flask/app.py", 1, "wsgi_app")
    elsewhere = Function("/usr/lib/python3.11/json/__init__.py", 1, "dumps")
    profile = {one: Times(1, 1, 0.1, 1.0) for one in (installed, elsewhere, LEN, OUTER)}

    assert profile_data.by_cumulative_time(profile, Path("/p")) == [OUTER]


def test_pstats_reads_what_is_saved_and_prints_the_same_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = profile_data.recorded([*ENTRIES, ["~", 0, LEN.name, 9, 9, 0.25, 0.25, []]])
    path = tmp_path / "evidence" / "reads.prof"

    profile_data.save(profile, path)
    stats = pstats.Stats(str(path))
    stats.sort_stats("tottime").print_stats()
    stats.print_callers()

    printed = capsys.readouterr().out
    order = [printed.index(name) for name in (INNER.shown, OUTER.shown, LEN.shown)]
    assert order == sorted(order)
    assert LEN.shown == "{built-in method builtins.len}"
    assert stats.total_calls == 14  # type: ignore[attr-defined]
    assert [entry.name for entry in path.parent.iterdir()] == ["reads.prof"]
