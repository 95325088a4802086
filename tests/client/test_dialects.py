import itertools

import pytest

from grader.chat import instant
from grader.chat.messages import ID_CHARACTERS
from grader.client.dialects import DIALECTS, FROM_ZERO, IDS, LARGEST, LETTERS, NUMBERS, YOUNG
from grader.client.scripted_chat import ScriptedChat

MEMBERS = {"reply_to": None, "mood": "calm", "created_at": None, "text": "17", "id": "17"}


@pytest.mark.parametrize("dialect", [*DIALECTS, YOUNG], ids=str)
def test_ids_are_legal_never_come_twice_and_none_is_part_of_another(dialect):
    ids = list(itertools.islice(dialect.ids(), 300))

    assert len(set(ids)) == 300
    assert set("".join(ids)) <= ID_CHARACTERS
    assert [(one, other) for one in ids[len(IDS) :] for other in ids if one != other and one in other] == []


def test_integers_are_as_large_as_they_may_be():
    assert next(NUMBERS.ids()) == str(LARGEST) == str(2**53 - 1)


def test_times_are_a_minute_apart_in_any_spelling():
    written = [LETTERS.time(number) for number in range(5)]
    spoken = [NUMBERS.time(number) for number in range(5)]

    assert written == [
        "2026-01-02T08:00:04.5+00:00",
        "2026-01-02T08:01:04Z",
        "2026-01-02T13:32:04.500000000+05:30",
        "2026-01-02T04:33:04.500-03:30",
        "2026-01-02T08:04:04.5+00:00",
    ]
    assert spoken == [1767340804.5, 1767340864, 1767340924.5, 1767340984, 1767341044.5]
    assert [type(one) for one in spoken[:2]] == [float, int]
    assert [int(instant.read(one).seconds) for one in written] == [int(one) for one in spoken]


def test_a_young_server_has_no_times():
    assert YOUNG.time(0) is None


def test_a_server_may_count_from_zero():
    assert list(itertools.islice(FROM_ZERO.ids(), 3)) == ["0", "1", "2"]
    assert FROM_ZERO.spoken({"id": "0", "reply_to": None}) == {"id": 0, "reply_to": None}
    assert FROM_ZERO.time(0) is None


def test_letters_are_spoken_as_they_are():
    assert LETTERS.spoken(MEMBERS) == MEMBERS


def test_numbers_leave_out_what_is_null_and_make_integers_of_ids_only():
    assert NUMBERS.spoken(MEMBERS) == {"mood": "calm", "text": "17", "id": 17}
    assert NUMBERS.spoken({"reply_to": "17", "next": None}) == {"reply_to": 17}


@pytest.mark.parametrize("parent", ["x", "1.5", "", "-1", "9" * 5000])
def test_what_is_no_integer_stays_text(parent):
    assert NUMBERS.spoken({"reply_to": parent}) == {"reply_to": parent}


def test_the_address_of_a_server_ends_with_a_slash_or_not():
    chats = [ScriptedChat(dialect) for dialect in (LETTERS, NUMBERS)]
    try:
        assert [scripted_chat.url.removeprefix(scripted_chat.server.url) for scripted_chat in chats] == ["", "/"]
    finally:
        for scripted_chat in chats:
            scripted_chat.close()
