"""Chats in a known state: times that the kit measured, histories, and wrong cursors."""

import json
from types import SimpleNamespace

import pytest

from grader.chat.messages import Message, Page
from grader.chat.scenarios import LongChat, Timed
from grader.errors import Failed
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
    assert (
        missed.expected_text("==", 0)
        == "created_at: the moment of acceptance, 2026-01-02T03:04:05Z, give or take a second"
    )
    assert not said or missed.actual_text() == f"created_at: {created_at}, {said}"


@pytest.mark.parametrize(
    ("created_at", "moment"),
    [
        ("2026-01-02T08:34:05.5+05:30", "2026-01-02T03:04:05.500000000Z"),
        ("2026-01-02T03:04:05.500Z", "2026-01-02T03:04:05.500000000Z"),
        (BEGUN, "2026-01-02T03:04:05.500000000Z"),
    ],
)
def test_a_moment_is_the_same_however_it_is_spelled(created_at, moment):
    assert Message({"id": 1, "created_at": created_at}, LINE).moment == moment


class Paged(LongChat):
    """A chat of one page, with these ids and this `next`."""

    def __init__(self, listed, following, *, is_new=True):
        super().__init__(SimpleNamespace(project=SimpleNamespace(has_new_databases=is_new)), [3, 2])
        self._page = Page(tuple(Message({"id": number}, LINE) for number in listed), following, LINE)

    def page(self, **_):
        return self._page


@pytest.mark.parametrize(("is_new", "seen"), [(True, (3, 2, 1)), (False, (3, 2))])
def test_what_lay_in_an_old_database_before_is_no_part_of_the_history(is_new, seen):
    assert Paged([3, 2, 1], None, is_new=is_new).all_history().ids == seen


def test_what_came_after_the_history_is_no_part_of_it():
    chat = Paged([4, 3, 2], None)
    chat.later.append(4)

    assert chat.all_history().ids == (3, 2)


@pytest.mark.parametrize(("share", "cursor"), [(0.5, "ab"), (1, "abcd"), (2, "abcdabcd")])
def test_a_part_of_a_cursor(share, cursor):
    assert Paged([3, 2], "abcd").part_of_next(share) == cursor


def test_without_a_cursor_there_is_no_part_of_it():
    with pytest.raises(Failed) as caught:
        Paged([3, 2], None).part_of_next(0.5)

    assert (caught.value.actual, caught.value.expected) == (f"next: {json.dumps(None)}", "next: a string")
