"""Failures under load, counted by their kind, and how they are said."""

from __future__ import annotations

import pytest

from grader.load.failures import kind, kinds
from grader.load.samples import Sample
from grader.report.load_words import failures


def failed(status: int = 0, trouble: str = "") -> Sample:
    return Sample(0.0, 0.1, answered=False, status=status, trouble=trouble)


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        (failed(503), "status 503"),
        (failed(trouble="ConnectionRefusedError"), "connection refused"),
        (failed(trouble="ConnectionResetError"), "cut off"),
        (failed(trouble="HTTPConnectionClosed"), "cut off"),
        (failed(), "cut off"),
        (failed(trouble="TimeoutError"), "no answer in time"),
    ],
)
def test_each_failure_has_a_kind(sample: Sample, name: str) -> None:
    assert kind(sample) == name


def test_failures_are_counted_by_their_kind_and_the_most_frequent_is_first() -> None:
    good = Sample(0.0, 0.1, answered=True, status=200)
    found = kinds([failed(500), good, failed(503), failed(503), failed(trouble="timeout")], waiting=4, unsent=0)

    assert list(found.items()) == [("no answer in time", 5), ("status 503", 2), ("status 500", 1)]
    assert failures(found) == "5 × no answer in time, 2 × status 503, 1 × status 500"
    assert failures(kinds([good])) == ""
