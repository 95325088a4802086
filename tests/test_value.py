"""How values are told apart, and what they say."""

import pytest

from grader.value import Count, Ids, Value, same
from tests.replies import LINE


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (7, 7, True),
        ("7", "7", True),
        (7, "7", False),
        ("7", 7, False),
        (1, True, False),
        (True, 1, False),
        (0, False, False),
        (True, True, True),
        (None, None, True),
        (None, "", False),
        (None, 0, False),
        ("é", "e\u0301", False),
        ([1], [1], True),
        (7, 7.0, True),
    ],
)
def test_values_are_the_same_as_clause_k7_says(one, other, expected):
    assert same(one, other) is expected
    assert (Value(one, name="id", request=LINE) == other) is expected
    assert (Value(one, name="id", request=LINE) == Value(other, name="id", request="")) is expected


@pytest.mark.parametrize(
    ("seen", "operator", "other", "wanted", "came"),
    [
        (Value("a", name="text", request=LINE), "==", "b", "text: 'b'", "text: 'a'"),
        (Value(7, name="id", request=LINE), "==", "7", "id: '7'", "id: 7"),
        (Value(7, name="id", request=LINE), "!=", 7, "id: not 7", "id: 7"),
        (Value(7, name="id", request=LINE), "in", (8, 9), "id: 8 or 9", "id: 7"),
        (Value(7, name="id", request=LINE), "==", Value(8, name="x", request=""), "id: 8", "id: 7"),
        (Ids([3, 2], request=LINE), "==", (2, 3), "the ids 2, 3", "the ids 3, 2"),
        (Ids([3, 2], request=LINE), "==", (), "no message", "the ids 3, 2"),
        (Ids([], request=LINE), "==", (1,), "the ids 1", "no message"),
        (Ids(range(9), request=LINE), "==", (1,), "the ids 1", "the ids 0, 1, 2, 3, 4, 5, 6, 7, … (9 in all)"),
        (Ids([3], request=LINE), "in", 4, "the message 4 among them", "the ids 3"),
        (Ids([3], request=LINE), "in", Value(4, name="id", request=""), "the message 4 among them", "the ids 3"),
        (Ids([3], request=LINE), "not in", 3, "the message 3 not among them", "the ids 3"),
        (Count(3, request=LINE), "==", 4, "4 messages", "3 messages"),
        (Count(101, request=LINE), "<=", 100, "at most 100 messages", "101 messages"),
    ],
)
def test_they_say_what_was_wanted_and_what_came(seen, operator, other, wanted, came):
    assert seen.request == LINE
    assert (seen.wanted(operator, other), seen.came()) == (wanted, came)


def test_an_id_is_looked_for_with_its_type():
    found = Ids([3, "4"], request=LINE)

    assert 3 in found
    assert "3" not in found
    assert Value("4", name="id", request="") in found
    assert Value(4, name="id", request="") not in found
    assert hash(Value("4", name="id", request="")) != hash(Value(4, name="id", request=""))
