"""How JSON values are compared, and how they describe themselves."""

import pytest

from grader.assertions.json_values import Count, Ids, Value, same
from tests.replies import LINE

TEXT = "0123456789" * 60


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
        (Ids([], request=LINE), "==", (1,), "the id 1", "no message"),
        (Ids(range(9), request=LINE), "==", (1,), "the id 1", "the ids 0, 1, 2, 3, 4, 5, 6, 7, … (9 in all)"),
        (Ids([3], request=LINE), "in", 4, "the message 4 among them", "the id 3"),
        (Ids([3], request=LINE), "in", Value(4, name="id", request=""), "the message 4 among them", "the id 3"),
        (Ids([3], request=LINE), "not in", 3, "the message 3 not among them", "the id 3"),
        (Count(3, request=LINE), "==", 4, "4 messages", "3 messages"),
        (Count(0, request=LINE), "==", 1, "1 message", "no message"),
        (Count(1, request=LINE), "==", 0, "no message", "1 message"),
        (Count(101, request=LINE), "<=", 100, "at most 100 messages", "101 messages"),
    ],
)
def test_they_say_what_was_wanted_and_what_came(seen, operator, other, wanted, came):
    assert seen.request == LINE
    assert (seen.expected_text(operator, other), seen.actual_text()) == (wanted, came)


@pytest.mark.parametrize(
    ("seen", "other", "wanted", "came"),
    [
        (Value("a", name="text", request=LINE), "b", "text: 'b'", "text: 'a'"),
        (Value("a" * 50, name="text", request=LINE), "a" * 60, f"text: '{'a' * 60}'", f"text: '{'a' * 50}'"),
        (
            Value(TEXT[:255], name="text", request=LINE),
            Value(TEXT, name="text", request=""),
            f"text: …'{TEXT[230:330]}'… (600 characters)",
            f"text: …'{TEXT[230:255]}' (255 characters)",
        ),
        (
            Value("x" + TEXT[1:], name="text", request=LINE),
            TEXT,
            f"text: '{TEXT[:100]}'… (600 characters)",
            f"text: 'x{TEXT[1:100]}'… (600 characters)",
        ),
        (Value(7, name="text", request=LINE), TEXT, f"text: '{TEXT[:60]}'… (600 characters)", "text: 7"),
        (Ids([7], request=LINE), ("7",), "the id '7'", "the id 7"),
        (Ids(["7", 8], request=LINE), (7, 8), "the ids 7, 8", "the ids '7', 8"),
        (
            Value({"id": 7, "text": TEXT, "reply_to": None}, name="the message", request=LINE),
            {"id": 7, "text": TEXT[:-1] + "!", "source": "api"},
            f"the message: no reply_to, source: 'api', text: …'{TEXT[574:-1]}!' (600 characters)",
            f"the message: reply_to: null, no source, text: …'{TEXT[574:]}' (600 characters)",
        ),
        (Value([1, 2, 3], name="x", request=LINE), [1, 2], "x: [1, 2]", "x: [1, 2, 3]"),
        (Value([TEXT, 3], name="x", request=LINE), [TEXT], "x: 1 entries", "x: entry 2 of 2: 3"),
        (Ids([2, 1], request=LINE), (1, 2), "the ids 1, 2", "the ids 2, 1"),
        (Ids([], request=LINE), (1, 2), "the ids 1, 2", "no message"),
        (
            Ids([*range(20), 99], request=LINE),
            tuple(range(30)),
            "the ids …, 18, 19, 20, 21, 22, 23, 24, 25, … (30 in all)",
            "the ids …, 18, 19, 99 (21 in all)",
        ),
        (
            Ids(range(9), request=LINE),
            tuple(range(20)),
            "the ids …, 7, 8, 9, 10, 11, 12, 13, 14, … (20 in all)",
            "the ids …, 7, 8 (9 in all)",
        ),
    ],
)
def test_where_two_are_long_they_are_shown_where_they_differ(seen, other, wanted, came):
    assert (seen.expected_text("==", other), seen.actual_text_beside(other)) == (wanted, came)


def test_an_id_is_looked_for_with_its_type():
    found = Ids([3, "4"], request=LINE)

    assert 3 in found
    assert "3" not in found
    assert Value("4", name="id", request="") in found
    assert Value(4, name="id", request="") not in found
    assert hash(Value("4", name="id", request="")) != hash(Value(4, name="id", request=""))
