import pytest

from grader.client.listing import Lines
from grader.client.program import Run
from grader.client.said import Said

LINE = "SERVER_URL=http://127.0.0.1:5000 python client.py list"
TEN = Said("m-7f.3a~9", "see you at ten", "2026-01-02T10:02:00Z")
ELEVEN = Said("m-80", "make it eleven", "2026-01-02T10:03:00Z", reply_to="m-7f.3a~9")
NAMED = Said("0017", "m-80 is no id here", None)
ALL = [NAMED, ELEVEN, TEN]
IDS = ("0017", "m-80", "m-7f.3a~9")


def lines(*printed, messages=ALL):
    return Lines(Run(0, "".join(f"{line}\n" for line in printed), "", LINE), messages)


def test_lines_in_received_order():
    found = lines("0017 m-80 is no id here", "m-80 10:03 > m-7f.3a~9 make it eleven", "m-7f.3a~9 10:02 see you at ten")

    assert found.ids == IDS
    assert found.without_their_text == ()
    assert found.ids.request == LINE


def test_lines_in_reversed_order_count_as_received():
    found = lines("see you at ten (m-7f.3a~9)", "make it eleven (m-80)", "m-80 is no id here (0017)")

    assert found.ids == IDS


def test_lines_in_any_other_order_are_as_they_came():
    found = lines("m-80 make it eleven", "0017 m-80 is no id here", "m-7f.3a~9 see you at ten")

    assert found.ids == ("m-80", "0017", "m-7f.3a~9")
    assert found.ids.actual_text() == "m-80, 0017, m-7f.3a~9"


def test_other_lines_do_no_harm():
    found = lines(
        "3 messages", "", "0017 m-80 is no id here", "----", "m-80 make it eleven", "m-7f.3a~9 see you at ten", "bye"
    )

    assert found.ids == IDS


def test_a_message_twice_is_seen():
    found = lines("0017 m-80 is no id here", "m-80 make it eleven", "m-80 make it eleven", "m-7f.3a~9 see you at ten")

    assert found.ids == ("0017", "m-80", "m-80", "m-7f.3a~9")


def test_a_missing_message_is_seen():
    found = lines("0017 m-80 is no id here", "m-7f.3a~9 see you at ten")

    assert found.ids == ("0017", "m-7f.3a~9")
    assert found.without_their_text == ('no line of m-80 and "make it eleven"',)
    assert found.without_their_text.expected_text("==", ()) == "no message without a line of id and text"


@pytest.mark.parametrize(
    ("printed", "closest"),
    [
        (["m-80", "make it eleven"], '"m-80", '),
        (["  m-80 make it el\u2026"], '"m-80 make it el\u2026", '),
        (["m-8 make it eleven"], '"m-8 make it eleven", '),
        (["nothing"], ""),
        ([], ""),
    ],
)
def test_id_and_text_have_to_stand_on_one_line(printed, closest):
    found = lines(*printed, messages=[ELEVEN])

    assert found.ids == ()
    assert found.without_their_text == (f'{closest}no line of m-80 and "make it eleven"',)


def test_the_shortest_of_the_messages_without_a_line_is_shown():
    found = lines("m-80 make it", "0017 m-80 is", "m-7f.3a~9 see you")

    assert found.without_their_text == (
        '"m-80 make it", no line of m-80 and "make it eleven"',
        "nor one of m-7f.3a~9",
        "nor one of 0017",
    )


def test_a_list_that_is_printed_whole_has_no_lines():
    found = lines(str([said.as_json() for said in ALL]))

    assert found.without_their_text == ()
    assert found.ids == ("0017 beside m-80 beside m-7f.3a~9",)


def test_two_messages_on_one_line_are_seen():
    found = lines("0017 m-80 is no id here", "m-80 make it eleven; m-7f.3a~9 see you at ten")

    assert found.ids == ("0017", "m-80 beside m-7f.3a~9")


def test_an_id_in_another_messages_text_is_no_line_of_it():
    found = lines("0017 m-80 is no id here")

    assert found.ids == ("0017",)
    assert found.not_naming(ELEVEN, "m-7f.3a~9") == ()


def test_a_line_that_lacks_something_is_shown():
    found = lines("m-80 make it eleven", "m-7f.3a~9 see you at ten")

    assert found.naming(ELEVEN, "m-7f.3a~9") == ("m-80 make it eleven",)
    assert found.naming(ELEVEN, "m-7f.3a~9").expected_text("==", ()) == "no line of m-80 without m-7f.3a~9"
    assert lines("> m-7f.3a~9: m-80 make it eleven").naming(ELEVEN, "m-7f.3a~9") == ()


def test_no_line_at_all_lacks_it_too():
    assert lines().naming(ELEVEN, "m-7f.3a~9") == ("no line of this message",)
    assert lines("m-80").naming(ELEVEN, "m-7f.3a~9") == ("no line of this message",)


def test_a_line_that_holds_too_much_is_shown():
    found = lines("m-7f.3a~9 see you at ten > 0017")

    assert found.not_naming(TEN, "0017") == ("m-7f.3a~9 see you at ten > 0017",)
    assert found.not_naming(TEN, "m-80") == ()


def test_texts_may_stand_anywhere_in_their_order():
    found = lines("message: m-80 is no id here", "replies:", "  make it eleven / see you at ten")

    assert found.texts_in_order == ()


def test_texts_out_of_order_are_listed():
    assert lines("see you at ten", "make it eleven", "m-80 is no id here").texts_in_order == ("m-80", "m-7f.3a~9")
    assert lines("m-80 is no id here", "see you at ten").texts_in_order == ("m-80",)
    assert lines().texts_in_order == IDS


def test_ids_may_be_printed_anywhere():
    assert lines("m-80, 0017", "see you at ten", "(m-7f.3a~9)").unnamed == ()
    assert lines("see you at ten", "m-80 make it eleven").unnamed == ("0017", "m-7f.3a~9")
    assert lines().unnamed.expected_text("==", ()) == "no message without its id"


def test_messages_with_one_text_are_told_apart_by_their_ids():
    again = Said("0018", TEN.text, TEN.created_at)

    found = lines("0018 see you at ten", "m-7f.3a~9 see you at ten", messages=[again, TEN])

    assert found.ids == ("0018", "m-7f.3a~9")
    assert found.texts_in_order == ()
    assert lines("0018 see you at ten", messages=[again, TEN]).texts_in_order == ("m-7f.3a~9",)
