"""What a run of the matrix leaves."""

import sys

import pytest

from tests import matrix
from tests.record import Verdict, record


def verdict(case, first, second=()):
    """Say what step 1.3 found, and what 1.4."""
    return Verdict(case, {}, {"1.3": list(first), "1.4": list(second)}, (), 0.0)


def mistakes():
    return [case for case in matrix.all_cases() if case.step == "1.3"]


def test_a_record_says_what_catches_each_mistake_and_what_nothing_else_would():
    one, other = mistakes()[:2]

    text = record(
        [verdict(one.name, ["test_a[x]", "test_a[y]"]), verdict(other.name, ["test_a"], ["test_b"])],
        mistakes(),
    )

    assert f"| {one.name} | {one.sentence} | **1.3 test_a** |" in text
    assert f"| {other.name} | {other.sentence} | 1.3 test_a, 1.4 test_b |" in text
    assert f"- 1.3 test_a: {one.name}\n" in text
    assert "## Checks that no mistake needs\n\n- 1.1 " in text


def test_a_run_of_some_cases_keeps_what_was_recorded_of_the_others():
    one, other = mistakes()[:2]
    before = record([verdict(one.name, ["test_a"]), verdict(other.name, ["test_a"], ["test_b"])], mistakes())

    after = record([verdict(other.name, ["test_c"])], mistakes(), before)

    assert f"| {one.name} | {one.sentence} | **1.3 test_a** |" in after
    assert f"| {other.name} | {other.sentence} | **1.3 test_c** |" in after
    assert "test_gone" not in after


def test_a_mistake_that_is_gone_is_forgotten():
    one, other = mistakes()[:2]
    before = record([verdict(one.name, ["test_a"])], mistakes())

    assert one.name not in record([], [other], before)


@pytest.mark.parametrize(("words", "written"), [(["--only", "^$"], False), (["--only", "^$", "--write"], True)])
def test_a_run_of_some_cases_changes_no_record_unless_it_is_asked_to(tmp_path, monkeypatch, words, written):
    monkeypatch.setattr(matrix, "RECORD", tmp_path / "matrix.md")
    monkeypatch.setattr(sys, "argv", ["tests.matrix", "matrix", *words])

    assert matrix.main() == 0

    assert (tmp_path / "matrix.md").exists() is written
