import json
from fractions import Fraction

import pytest

from grader.chat import instant
from grader.errors import Failed
from grader.http_client.json_body import Number, parsed
from grader.http_client.reply import Reply

NEW_YEAR = 1767322645
"""2026-01-02T02:57:25Z, in Unix seconds."""


def read(written):
    found = instant.read(written)
    assert found is not None
    return found


def received(written):
    """Read a number as a server wrote it, character by character."""
    return read(parsed(Reply(200, "OK", {}, written.encode(), "", 0.0)))


# what is understood


@pytest.mark.parametrize(
    ("written", "seconds", "digits"),
    [
        ("1970-01-01T00:00:00Z", "0", 0),
        ("1969-12-31T23:59:59.5Z", "-1/2", 1),
        ("2026-01-02T02:57:25Z", NEW_YEAR, 0),
        ("2026-01-02t02:57:25z", NEW_YEAR, 0),
        ("2026-01-02 02:57:25Z", NEW_YEAR, 0),
        ("2026-01-02T02:57:25+00:00", NEW_YEAR, 0),
        ("2026-01-02T02:57:25-00:00", NEW_YEAR, 0),
        ("2026-01-02T08:27:25+05:30", NEW_YEAR, 0),
        ("2026-01-01T23:27:25-03:30", NEW_YEAR, 0),
        ("2026-01-02T16:57:25+14:00", NEW_YEAR, 0),
        ("2026-01-01T02:58:25-23:59", NEW_YEAR, 0),
        ("2026-01-02T02:57:25.6Z", f"{NEW_YEAR}.6", 1),
        ("2026-01-02T02:57:25.678Z", f"{NEW_YEAR}.678", 3),
        ("2026-01-02T02:57:25.000000Z", NEW_YEAR, 6),
        ("2026-01-02T08:27:25.123456789+05:30", f"{NEW_YEAR}.123456789", 9),
        ("2024-02-29T00:00:00Z", 1709164800, 0),
        ("2016-12-31T23:59:60Z", 1483228800, 0),
        ("2017-01-01T05:29:60+05:30", 1483228800, 0),
        ("0001-01-01T00:00:00Z", -62135596800, 0),
        ("9999-12-31T23:59:59Z", 253402300799, 0),
    ],
)
def test_every_spelling_of_rfc_3339_is_read_exactly(written, seconds, digits):
    found = read(written)

    assert (found.seconds, found.digits, found.is_number) == (Fraction(seconds), digits, False)
    assert found.written == written


@pytest.mark.parametrize(
    ("written", "seconds", "digits"),
    [
        ("1778307164", "1778307164", 0),
        ("0", "0", 0),
        ("-1.5", "-3/2", 1),
        ("1778307164.0", "1778307164", 0),
        ("1778307164.1", "1778307164.1", 1),
        ("1778307164.250", "1778307164.25", 2),
        ("1778307164.031001", "1778307164.031001", 6),
        ("1778307164.123456789", "1778307164.123456789", 9),
        ("1.778307164e9", "1778307164", 0),
        ("1.778307164031E+9", "1778307164.031", 0),
        ("1e-7", "0.0000001", 0),
        ("1e-999999999", "0", 0),
    ],
)
def test_numbers_are_unix_seconds_with_the_digits_that_were_sent(written, seconds, digits):
    found = received(written)

    assert (found.seconds, found.digits, found.is_number) == (Fraction(seconds), digits, True)
    assert found.written == written


def test_a_number_with_its_characters_is_a_number_like_any_other():
    number = Number("7.10")

    assert number == 7.1
    assert (repr(number), json.dumps(number)) == ("7.1", "7.1")
    assert read(7.1).seconds == Fraction("7.1")


# what is not


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        [],
        {},
        ["2026-01-02T03:04:05Z"],
        "",
        "now",
        "1778307164",
        "2026-01-02",
        "03:04:05Z",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05,5Z",
        "2026-01-02T03:04:05.1234567890Z",
        "2026-01-02T03:04:05+0530",
        "2026-01-02T03:04:05+05",
        "2026-01-02T03:04:05 05:30",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+05:60",
        "2026-01-02T03:04:05Z+00:00",
        " 2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05Z\n",
        "20260102T030405Z",
        "2026-1-2T03:04:05Z",
        "26-01-02T03:04:05Z",
        "2026-00-02T03:04:05Z",
        "2026-13-02T03:04:05Z",
        "2026-01-32T03:04:05Z",
        "2026-02-29T03:04:05Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:61Z",
        "2026-01-02T03:04:99Z",
        "0000-01-01T00:00:00Z",
        "٢٠٢٦-01-02T03:04:05Z",
        "2026-01-02T03:04:05.５Z",
        "2026-01-02T03:04:05\u221205:30",
        "Fri, 02 Jan 2026 03:04:05 GMT",
        float("nan"),
        float("inf"),
        float("-inf"),
        1e300,
        10**400,
        -(10**400),
        1778307164031,
    ],
)
def test_anything_else_is_no_time(value):
    assert instant.read(value) is None


@pytest.mark.parametrize("written", ["1e999", "-1e999", "1e99999999999", "1" + "0" * 400 + ".5"])
def test_numbers_without_a_date_are_no_times(written):
    assert instant.read(parsed(Reply(200, "OK", {}, written.encode(), "", 0.0))) is None


def test_a_megabyte_of_digits_costs_nothing():
    assert received("1778307164." + "3" * 1_000_000).seconds == Fraction("1778307164.3333333")


# other spellings


@pytest.mark.parametrize(
    ("written", "how", "expected"),
    [
        ("2026-01-02T02:57:25Z", {}, "2026-01-02T02:57:25+00:00"),
        ("2026-01-02T02:57:25Z", {"zulu": True}, "2026-01-02T02:57:25Z"),
        ("2026-01-02T02:57:25.678Z", {"zulu": True}, "2026-01-02T02:57:25.678Z"),
        ("2026-01-02T02:57:25.678Z", {"zulu": True, "digits": 9}, "2026-01-02T02:57:25.678000000Z"),
        ("2026-01-02T02:57:25.007Z", {"zulu": True, "digits": 6}, "2026-01-02T02:57:25.007000Z"),
        ("2026-01-02T02:57:25Z", {"zulu": True, "digits": 3}, "2026-01-02T02:57:25.000Z"),
        ("2026-01-02T02:57:25.999Z", {"zulu": True, "digits": 0}, "2026-01-02T02:57:25Z"),
        ("2026-01-02T02:57:25.5Z", {"hours": 5, "minutes": 30}, "2026-01-02T08:27:25.5+05:30"),
        ("2026-01-02T02:57:25Z", {"hours": -3, "minutes": -30}, "2026-01-01T23:27:25-03:30"),
        ("2026-01-02T02:57:25Z", {"minutes": -30}, "2026-01-02T02:27:25-00:30"),
        ("2026-01-02T02:57:25Z", {"hours": -9}, "2026-01-01T17:57:25-09:00"),
        ("2026-01-02T08:27:25+05:30", {"zulu": True}, "2026-01-02T02:57:25Z"),
        ("2025-12-31T23:59:59.999Z", {"hours": 14}, "2026-01-01T13:59:59.999+14:00"),
        ("2026-01-01T00:00:00Z", {"hours": -12}, "2025-12-31T12:00:00-12:00"),
        ("2024-03-01T00:00:00Z", {"minutes": -1}, "2024-02-29T23:59:00-00:01"),
        ("1969-12-31T23:59:59.25Z", {"zulu": True}, "1969-12-31T23:59:59.25Z"),
        ("0999-06-01T12:00:00Z", {"zulu": True}, "0999-06-01T12:00:00Z"),
    ],
)
def test_the_same_instant_is_spelled_otherwise(written, how, expected):
    spelled = read(written).spelled(**how)

    assert spelled == expected
    if how.get("digits") != 0:
        assert read(spelled).seconds == read(written).seconds


@pytest.mark.parametrize(
    ("written", "seconds", "digits", "expected"),
    [
        ("2026-01-02T02:57:25.5Z", 1.5, 3, "2026-01-02T02:57:27.000Z"),
        ("2026-01-02T02:57:25.5Z", -1.5, 3, "2026-01-02T02:57:24.000Z"),
        ("2026-01-02T02:57:25.5Z", 1.5, 0, "2026-01-02T02:57:27Z"),
        ("2026-01-02T02:57:25Z", 0.1, 9, "2026-01-02T02:57:25.100000000Z"),
        ("2026-01-01T00:00:01Z", -2, 3, "2025-12-31T23:59:59.000Z"),
        ("2025-12-31T23:59:59.999Z", 0.001, 3, "2026-01-01T00:00:00.000Z"),
        ("2026-01-02T08:27:25+05:30", 1.6, 6, "2026-01-02T02:57:26.600000Z"),
        ("1970-01-01T00:00:00Z", -0.25, 3, "1969-12-31T23:59:59.750Z"),
        (1767322645.25, 1.5, 3, "2026-01-02T02:57:26.750Z"),
    ],
)
def test_another_instant_is_written_in_utc(written, seconds, digits, expected):
    assert read(written).shifted(seconds, digits) == expected


def test_where_the_calendar_ends_the_time_is_named():
    with pytest.raises(Failed) as first:
        read("0001-01-01T00:00:00Z").spelled(hours=-5)
    with pytest.raises(Failed) as last:
        read("9999-12-31T23:59:59Z").shifted(2)

    assert (first.value.actual, first.value.expected) == ("the time 0001-01-01T00:00:00Z", "a time as in clause K8")
    assert last.value.actual == "the time 9999-12-31T23:59:59Z"
