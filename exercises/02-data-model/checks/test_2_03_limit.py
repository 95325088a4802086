"""Step 2.3: how many messages a page has, whatever a stranger asks for."""

import pytest

from grader.check import ANY_SERVER_ERROR, INVALID, check


@pytest.mark.parametrize("limit", [1, 5, 100])
@check("2.3", clause="stage 2")
def test_limit_says_how_many(crowded_chat, limit):
    """`limit` says how many of the newest messages are listed."""
    assert crowded_chat.page(limit=limit).ids == crowded_chat.newest(limit)


@pytest.mark.parametrize("limit", ["101", "1000", "1" + "0" * 23], ids=["101", "1000", "huge"])
@check("2.3", clause="stage 2")
def test_no_limit_lists_more_than_a_hundred(crowded_chat, limit):
    """A `limit` above 100 lists at most 100 messages, or is refused with 400."""
    assert crowded_chat.at_most(limit=limit) <= 100


@pytest.mark.parametrize(
    "limit",
    [
        "0",
        "-1",
        "+5",
        "-0",
        "abc",
        "1.5",
        "5.0",
        "1e1",
        "0x10",
        "1_0",
        "１２",
        "١٠",
        "²",
        "5²",
        " ",
        " 5",
        "5 ",
        "5\n",
        "",
    ],
)
@check("2.3", clause="stage 2")
def test_a_limit_that_is_no_count_is_refused(crowded_chat, limit):
    """The server refuses with 400 a `limit` that isn't a whole number of 1 or more in ASCII digits."""
    assert crowded_chat.get(limit=limit).status in INVALID


@pytest.mark.parametrize(
    "query", ["limit=5&limit=6", "limit=%FF", "limit=5%00", "limit", "limit[]=5", "limit=nan", "limit=1e400"]
)
@check("2.3", clause="K6")
def test_an_odd_limit_is_no_server_error(crowded_chat, query):
    """A `limit` that comes twice, or of odd bytes, causes no server error."""
    assert crowded_chat.request("GET", f"/messages?{query}").status not in ANY_SERVER_ERROR


@check("2.3", clause="K6")
def test_a_limit_of_many_digits_is_like_any_other(crowded_chat):
    """A `limit` of five thousand digits lists at most 100 messages, or is refused with 400."""
    assert crowded_chat.at_most(limit="9" * 5000) <= 100
