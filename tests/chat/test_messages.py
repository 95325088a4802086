from fractions import Fraction

import pytest

from grader.assertions.json_values import ids
from grader.chat.instant import Instant
from grader.chat.messages import Message, Page, read_message, read_page
from grader.errors import Failed
from tests.replies import LINE, NOT_JSON, reply


def message(**fields):
    return read_message(reply({"id": 7, "text": "hello", **fields}))


def page(*entries, **more):
    return read_page(reply({"messages": [{"text": "hello", **entry} for entry in entries], **more}))


def as_read(value):
    """Write a value as a learner reads it: as Python does, but for the three words of JSON."""
    return {"None": "null", "True": "true", "False": "false"}.get(repr(value), repr(value))


def failure(act):
    """Call `act`, which must raise Failed with a request and one line, and return what came and what was expected."""
    with pytest.raises(Failed) as caught:
        act()
    assert type(caught.value) is Failed
    assert caught.value.request == LINE
    assert caught.value.expected
    assert "\n" not in caught.value.actual
    assert len(caught.value.actual) < 600
    return caught.value.actual, caught.value.expected


# what is no JSON at all


@pytest.mark.parametrize("read", [read_message, read_page])
@pytest.mark.parametrize("content", NOT_JSON, ids=range(len(NOT_JSON)))
def test_what_is_not_json_is_one_sentence(read, content):
    actual, expected = failure(lambda: read(reply(content)))

    assert expected == "valid JSON"
    assert actual.startswith("200 OK, application/json, ")


@pytest.mark.parametrize("kind", ["", "text/html", "text/json", "application/problem+json"])
def test_json_that_does_not_say_so_is_one_sentence(kind):
    for read in (read_message, read_page):
        found = reply({"id": 7, "messages": []}, kind=kind)
        assert failure(lambda read=read, found=found: read(found))[1] == "the content type application/json"


# objects


@pytest.mark.parametrize("value", [None, True, 7, "hello", [], [{"id": 7, "text": "hello"}]])
def test_a_message_is_an_object(value):
    actual, expected = failure(lambda: read_message(reply(value)))

    assert expected == "a message object"
    assert actual.startswith("200 OK, application/json, ")


@pytest.mark.parametrize("good", ["7", "m-7f.3a~9", "x" * 128, "~", 0, -1, 7, 2**53, -(2**53)])
def test_an_id_may_look_like_anything_in_clause_k7(good):
    assert read_message(reply({"id": good})).id == good
    assert page({"id": good}).ids == (good,)


BAD_IDS = [None, True, False, "", "x" * 129, "a b", "é", "7\n", "a/b", "a:b", 1.5, 7.0, 2**53 + 1, [7], {"id": 7}]


@pytest.mark.parametrize("bad", BAD_IDS, ids=repr)
def test_any_other_id_is_named(bad):
    actual, expected = failure(lambda: read_message(reply({"id": bad})))

    assert expected == "an id as in clause K7"
    assert actual.startswith((f"id: {as_read(bad)}, which ", "id: 'xxxxx"))
    assert failure(lambda: page({"id": 7}, {"id": bad})) == (actual, expected)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("x" * 129, "has 129 characters"),
        ("a b", "has the character ' '"),
        ("é", "has the character 'é'"),
        (2**53 + 1, "is beyond 2^53"),
        (1.5, "is no string and no integer"),
    ],
)
def test_what_is_wrong_with_an_id_is_said(bad, said):
    assert failure(lambda: read_message(reply({"id": bad})))[0].endswith(f", which {said}")


def test_a_message_without_an_id_is_noticed():
    assert failure(lambda: read_message(reply({"text": "hello"}))) == (
        "no id among the members text",
        "an id as in clause K7",
    )
    assert failure(lambda: read_message(reply({})))[0] == "no id, and no other member"


def test_a_missing_member_is_noticed_when_it_is_asked_for():
    found = message()

    assert found.text == "hello"
    assert failure(lambda: found.created_at) == (
        "no created_at among the members id, text",
        "the member created_at",
    )
    assert failure(lambda: found.replies)[1] == "the member replies"
    assert failure(lambda: found.member("source"))[1] == "the member source"


def test_a_large_message_is_shortened():
    found = message(text="x" * 100_000)

    assert len(failure(lambda: found.created_at)[0]) < 300
    assert len(found.text.actual_text()) < 300


@pytest.mark.parametrize("bad", [None, True, "", "now", "2026-01-02T03:04:05", [], {}, 10**400], ids=repr)
def test_a_time_that_is_none_is_named(bad):
    actual, expected = failure(lambda: message(created_at=bad).created_at)

    assert actual.startswith(f"created_at: {as_read(bad)}"[:200])
    assert expected == "a time as in clause K8"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("2026-01-02T03:04:05", ", which lacks an offset such as Z or +05:30"),
        ("2026-01-02 03:04:05.678", ", which lacks an offset such as Z or +05:30"),
        ("2026-02-30T03:04:05Z", ", and there is no such moment"),
        ("1767323045.5", ", a number in quotes"),
        ("2026-01-02T03:04:05.1234567890Z", ", with more than 9 digits of fraction"),
        ("now", "'now'"),
    ],
)
def test_what_is_wrong_with_a_time_is_said(bad, said):
    assert failure(lambda: message(created_at=bad).created_at)[0].endswith(said)


def test_a_time_beyond_all_numbers_is_named():
    found = read_message(reply(b'{"id": 7, "created_at": 1e999}'))

    assert failure(lambda: found.created_at) == (
        "created_at: inf, outside of the years 1 to 9999",
        "a time as in clause K8",
    )


def test_a_time_keeps_the_digits_that_were_sent():
    found = read_message(reply(b'{"id": 7, "created_at": 1778307164.123456789}'))

    assert found.created_at.written == "1778307164.123456789"
    assert found.created_at.seconds == Fraction("1778307164.123456789")


def test_half_an_emoji_can_be_shown():
    found = read_message(reply(b'{"id": 7, "text": "\\ud83d"}'))

    assert found.text == "\ud83d"
    assert found.text.actual_text() == r"text: '\ud83d'"


@pytest.mark.parametrize("bad", [None, 7, "hello", {}, True])
def test_replies_that_are_no_list_are_named(bad):
    assert failure(lambda: message(replies=bad).replies) == (f"replies: {as_read(bad)}", "a list of message objects")


def test_what_is_no_message_among_the_replies_is_named():
    assert failure(lambda: message(replies=[7]).replies) == ("7 among the messages", "message objects")
    assert failure(lambda: message(replies=[{"id": ""}]).replies) == (
        "id: '', which has 0 characters",
        "an id as in clause K7",
    )


def test_replies_keep_their_order():
    assert message(replies=[{"id": "b"}, {"id": "a"}]).replies.ids == ("b", "a")


def test_no_parent_and_null_are_alike():
    assert message().parent == None  # noqa: E711
    assert message(reply_to=None).parent == None  # noqa: E711
    assert message(reply_to=3).parent == 3
    assert message(reply_to="3").parent != 3


# pages


@pytest.mark.parametrize(
    ("value", "came"),
    [
        (None, "200 OK, application/json, "),
        (7, "200 OK, application/json, "),
        ([], "200 OK, application/json, "),
        ([{"id": 7}], "200 OK, application/json, "),
        ({}, "200 OK, application/json, "),
        ({"messages": None}, "messages: null"),
        ({"messages": {}}, "messages: {}"),
        ({"messages": "x"}, "messages: 'x'"),
        ({"Messages": []}, "no messages among the members Messages, in 200 OK, application/json, "),
    ],
)
def test_a_page_is_an_object_with_a_list(value, came):
    actual, expected = failure(lambda: read_page(reply(value)))

    assert expected == '{"messages": [...], "next": a string or null}'
    assert actual.startswith(came)


@pytest.mark.parametrize("entry", [None, 7, "hello", [], [{"id": 7}]])
def test_what_is_no_object_among_the_messages_is_named(entry):
    read = {"messages": [{"id": 7}, entry]}

    assert failure(lambda: read_page(reply(read))) == (f"{as_read(entry)} among the messages", "message objects")


def test_no_next_and_null_are_alike():
    assert page().cursor is None
    assert page(next=None).cursor is None
    assert page(next="c/1+=").cursor == "c/1+="


@pytest.mark.parametrize("bad", [False, True, 0, 7, 1.5, [], {}])
def test_a_next_that_is_no_string_is_named_when_it_is_followed(bad):
    assert failure(lambda: page(next=bad).cursor) == (f"next: {as_read(bad)}", "next: a string or null")


def test_a_page_says_what_it_holds():
    found = page({"id": 3}, {"id": "3"}, {"id": 2})

    assert found.count == 3
    assert found.ids == (3, "3", 2) == ids(found.messages)
    assert found.top(2) == (3, "3")
    assert found.first == 3
    assert found.of([2, "3"]) == ("3", 2)
    assert page().first == None  # noqa: E711
    assert page().ids == ()


def test_ids_that_came_twice_are_listed_once():
    found = page({"id": 3}, {"id": "3"}, {"id": 2}, {"id": 3}, {"id": 3})

    assert found.repeated == ("3",)
    assert page({"id": 3}, {"id": "3"}).repeated == ()
    assert found.repeated.expected_text("==", ()) == "no message twice"


def test_a_great_many_messages_are_counted_at_once():
    many = Page(tuple(Message({"id": number}, LINE) for number in range(40_000)), None, LINE)

    assert many.repeated == ()


def test_a_message_is_found_by_its_id_and_the_type_of_that():
    found = page({"id": 3}, {"id": "4"})

    assert found.by_id("4").id == "4"
    assert failure(lambda: found.by_id("3")) == (
        "the ids 3, 4: 3 is another type than '3'",
        "the message '3' among them",
    )
    assert failure(lambda: page().by_id(1)) == ("no message", "the message 1 among them")


def test_messages_without_a_time_and_from_before_are_listed():
    found = page(
        {"id": "a", "created_at": "2026-01-02T03:04:05Z"},
        {"id": "b", "created_at": None},
        {"id": "c", "created_at": "2026-01-02T03:04:04.999Z"},
        {"id": "d", "created_at": "2026-01-02T08:34:05.000+05:30"},
        {"id": "e", "created_at": "once"},
    )
    moment = Instant(Fraction(1767323045), "", 0, is_number=False)

    assert found.without_time == ("b",)
    assert found.before(moment) == ("b", "c", "e")
    assert failure(lambda: page({"id": 7}).without_time)[1] == "the member created_at"
    assert failure(lambda: page({"id": 7}).before(moment))[1] == "the member created_at"


def test_a_message_is_compared_by_what_is_promised():
    one, other = message(created_at="now", likes=3), message(likes=4, created_at="now")

    assert one.promised == other.promised
    assert one.promised != message(created_at="then", likes=3).promised
    assert one.promised != message(likes=3).promised


def test_a_page_ends_above_a_message_that_is_on_it():
    whole = page({"id": "c"}, {"id": "b"}, {"id": "a"})

    assert whole.above("b").ids == ("c",)
    assert whole.above("c").ids == ()
    assert whole.above("x").ids == ("c", "b", "a")


def test_messages_with_another_value_are_listed():
    found = page({"id": 2, "source": "sms"}, {"id": 1, "source": None}).other_than("source", "sms")

    assert found == ("id 1: null",)
    assert found.expected_text("==", ()) == "no message whose source isn't 'sms'"
