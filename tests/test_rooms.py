"""What chats in a known state say of what they saw."""

import pytest

from grader.messages import Message
from grader.rooms import Timed
from tests.replies import LINE

BEGUN = 1_767_323_045.5  # 2026-01-02T03:04:05.5Z


@pytest.mark.parametrize(
    ("created_at", "seconds", "said"),
    [
        ("2026-01-02T03:04:05.700Z", 0, ""),
        ("2026-01-02T03:04:05Z", 0, ""),
        ("2026-01-02T03:04:07Z", 0, ""),
        ("2026-01-02T08:34:05+05:30", 0, ""),
        ("2026-01-02T08:34:05Z", 19_798, "19799 s later"),
        ("2026-01-02T03:04:02.5Z", -2, "3 s earlier"),
        ("2026-01-02T03:04:07.9Z", 0.9, "1.9 s later"),
    ],
)
def test_a_time_is_compared_with_the_moment_of_acceptance(created_at, seconds, said):
    timed = Timed(Message({"id": 1, "created_at": created_at}, LINE), BEGUN, BEGUN + 0.5)

    missed = timed.early_or_late

    assert missed == seconds
    assert missed.wanted("==", 0) == "created_at: the moment of acceptance, 2026-01-02T03:04:05Z, give or take a second"
    assert not said or missed.came() == f"created_at: {created_at}, {said}"
