"""What became of the messages of an earlier page."""

import pytest

from grader.chat import later
from grader.chat.messages import Message, Page
from tests.replies import LINE

FULL = ("text", "created_at")
T, SAME = "2026-01-02T03:04:05Z", "2026-01-02T08:34:05+05:30"


def page(*entries, limit=20):
    """Make a page of messages, the newest first: ids, or whole message objects."""
    made = [entry if isinstance(entry, dict) else {"id": entry, "text": "hello"} for entry in entries]
    return Page(tuple(Message(one, LINE) for one in made), None, LINE, limit)


def changes(before, after, *, places=True):
    return later.changes(before, after, names=FULL, places=places)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (page(), page()),
        (page(), page(1)),
        (page(2, 1), page(2, 1)),
        (page(2, 1), page(4, 3, 2, 1)),
        (page(2, 1, limit=3), page(4, 3, 2, limit=3)),
        (page(2, 1, limit=3), page(6, 5, 4, limit=3)),
        (page({"id": "a", "created_at": T}), page({"id": "a", "created_at": SAME})),
        (page({"id": "a", "created_at": None}), page({"id": "a"})),
        (page({"id": "a", "text": "x", "age": 1}), page({"id": "a", "text": "x", "age": 2})),
    ],
    ids=[
        "nothing",
        "the-first",
        "the-same",
        "newer",
        "pushed-off",
        "all-pushed-off",
        "same-instant",
        "null",
        "unknown",
    ],
)
def test_what_may_happen_is_no_change(before, after):
    assert changes(before, after) == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (page(2, 1), page(1), "id 2 is gone"),
        (page(2, 1), page(3, 2), "id 1 is gone"),
        (page(2, 1, limit=3), page(3, 2, limit=3), "id 1 is gone"),
        (page(2, 1), page(1, 2), "the order is 1, 2"),
        (page(2, 1), page(2, 3, 1), "the order is 2, 3, 1"),
        (page(1), page("1"), "id 1 is gone"),
        (page(1), page({"id": 1, "text": "Hello"}), "id 1: text was 'hello', is 'Hello'"),
        (page(1), page({"id": 1}), "id 1: text was 'hello', is null"),
        (
            page({"id": 1, "created_at": T}),
            page({"id": 1, "created_at": None}),
            f"id 1: created_at was '{T}', is null",
        ),
    ],
)
def test_what_may_not_happen_is_named(before, after, said):
    assert changes(before, after) == (said,)


def test_places_may_be_left_out():
    assert changes(page(2, 1), page(1, 3), places=False) == ()
