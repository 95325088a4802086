"""The header Server-Timing, in the forms that the standard allows."""

import pytest

from grader.load.server_timing import database_ms, durations


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("db;dur=12.5, total;dur=20", {"db": 12.5, "total": 20.0}),
        ('total;dur=20;desc="all, really; all", db; dur="3"', {"total": 20.0, "db": 3.0}),
        ("cache;desc=hit, DB;dur=0", {"db": 0.0}),
        ("db;dur=1, db;dur=2", {"db": 1.0}),
        ("db;dur=fast", {}),
        ("", {}),
    ],
)
def test_durations(header, found):
    assert durations(header) == found


def test_a_service_that_says_nothing_says_nothing_about_its_database():
    assert database_ms({}) is None
    assert database_ms({"server-timing": "total;dur=3"}) is None
    assert database_ms({"server-timing": "db;dur=2.25"}) == 2.25
