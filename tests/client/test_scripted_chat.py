import json
import re
import socket
import struct
import time
import zoneinfo
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import pytest

from grader.assertions.observed import Command
from grader.client.dialects import IDS, LARGEST, NUMBERS, YOUNG
from grader.client.scripted_chat import ScriptedChat
from grader.errors import Failed
from grader.http_client.client import HttpClient
from grader.http_client.json_body import parsed
from grader.testdata.payloads import TIMES_OF_DAY

LINE = "python client.py list"


@pytest.fixture
def scripted_chat():
    scripted_chat = ScriptedChat()
    yield scripted_chat
    scripted_chat.close()


@pytest.fixture
def speaking():
    """Run a scripted chat that answers in this dialect: `speaking(NUMBERS)`."""
    chats = []

    def make(dialect):
        chats.append(ScriptedChat(dialect))
        return chats[-1]

    yield make
    for scripted_chat in chats:
        scripted_chat.close()


@pytest.fixture
def ask(scripted_chat):
    """Send a request to a scripted chat, and return the status and the JSON of its answer."""

    def ask(path, method="GET", body=b"", scripted_chat=scripted_chat):
        reply = HttpClient(scripted_chat.server.port).request(method, path, body=body)
        return reply.code, json.loads(reply.content)

    return ask


def raw_answer(port, line):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{line}\r\nHost: x\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def listed(answer):
    return tuple(message["id"] for message in answer[1]["messages"])


def failure(act):
    with pytest.raises(Failed) as caught:
        act()
    assert caught.value.request == LINE
    return caught.value.actual, caught.value.expected


# what the scripted chat answers


def test_messages_are_listed_newest_first_with_odd_but_legal_data(scripted_chat, ask):
    scripted_chat.fill(["first", "second"])

    status, page = ask("/messages")

    assert status == 200
    assert listed((status, page)) == scripted_chat.ids == (IDS[1], IDS[0])
    assert page["next"] is None
    assert page["messages"][1] == {
        "id": "m-7f.3a~9",
        "text": "first",
        "created_at": "2026-01-02T08:00:04.5+00:00",
        "reply_to": None,
        "mood": "calm",
    }


def test_the_slash_at_the_end_makes_no_difference(scripted_chat, ask):
    scripted_chat.say("hello")

    assert listed(ask("/messages/")) == scripted_chat.ids
    assert scripted_chat.queries(LINE) == [{}]


def test_pages_lead_to_each_other_by_cursors_that_need_encoding(scripted_chat, ask):
    scripted_chat.fill([f"number {number}" for number in range(45)])
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        answer = ask("/messages" + (f"?cursor={quote(cursor, safe='')}" if cursor else ""))
        found, cursor, pages = [*found, *listed(answer)], answer[1]["next"], pages + 1

    assert tuple(found) == scripted_chat.ids
    assert pages == 3
    assert scripted_chat.asked("cursor", LINE) == ("(absent)", "c/20+=", "c/40+=")
    assert scripted_chat.pages_asked(LINE) == 3


def test_a_last_page_that_is_full_leads_to_an_empty_one(scripted_chat, ask):
    scripted_chat.fill_up(20)

    cursor = ask("/messages")[1]["next"]

    assert ask(f"/messages?cursor={quote(cursor, safe='')}")[1] == {"messages": [], "next": None}


def test_where_later_pages_are_short_each_message_comes_once_and_no_page_is_empty(speaking):
    scripted_chat = speaking(NUMBERS)
    scripted_chat.fill_up(12)
    seen, cursor, sizes = [], "", []
    while cursor is not None:
        page = parsed(HttpClient(scripted_chat.server.port).get(f"/messages?limit=6{cursor}"))
        seen += [str(message["id"]) for message in page["messages"]]
        sizes.append(len(page["messages"]))
        cursor = f"&cursor={quote(page['next'], safe='')}" if page.get("next") else None

    assert tuple(seen) == scripted_chat.ids
    assert sizes == [6, 4, 2]
    assert scripted_chat.ways_asked(LINE) == 1


def test_what_changes_beside_the_cursor_is_noticed(scripted_chat, ask):
    scripted_chat.fill_up(3)
    ask("/messages?limit=2&since=2026-01-02T03:04:05Z")
    ask("/messages?since=2026-01-02T03:04:05Z&cursor=c%2F2%2B%3D")

    assert scripted_chat.ways_asked(LINE) == 2
    assert scripted_chat.ways_asked(LINE).actual_text() == "ways of asking, the cursor aside: 2"


@pytest.mark.parametrize(
    "cursor", ["", "c/20+=", "c%2F20+%3D", "c%2F99%2B%3D", "c%2F-1%2B%3D", "%ff", "%", "c%2F1", "x" * 9000]
)
def test_a_cursor_that_was_changed_on_its_way_is_refused(scripted_chat, ask, cursor):
    scripted_chat.fill([f"number {number}" for number in range(45)])

    assert ask(f"/messages?cursor={cursor}") == (400, {"error": "no such cursor"})


@pytest.mark.parametrize(("limit", "count"), [("1", 1), ("7", 7), ("100", 100)])
def test_a_limit_is_obeyed(scripted_chat, ask, limit, count):
    scripted_chat.fill_up(120)

    assert len(listed(ask(f"/messages?limit={limit}"))) == count


@pytest.mark.parametrize("limit", ["0", "101", "1000", "9" * 400, "", "x", "None", "-1", "%C2%B2", "5.0"])
def test_what_is_no_limit_is_refused(scripted_chat, ask, limit):
    assert ask(f"/messages?limit={limit}") == (400, {"error": "limit is a whole number from 1 to 100"})


@pytest.mark.parametrize(("limit", "count"), [("7", 7), ("100", 100), ("1000", 100), ("x", 20)])
def test_a_large_limit_may_be_capped(speaking, ask, limit, count):
    scripted_chat = speaking(NUMBERS)
    scripted_chat.fill_up(120)

    assert len(listed(ask(f"/messages?limit={limit}", scripted_chat=scripted_chat))) == count


def test_texts_may_be_as_long_as_they_may_be(scripted_chat):
    scripted_chat.fill_up(100, length=2000)

    assert {len(message.text) for message in scripted_chat.messages} == {2000}


@pytest.mark.parametrize(
    ("spoilt", "begin"), [("a-page", b"<!doctype html>"), ("a-list", b"[]"), ("nothing", b""), ("half", b'{"')]
)
def test_an_answer_may_be_spoilt_after_some_good_ones(scripted_chat, spoilt, begin):
    scripted_chat.fill_up(3)
    scripted_chat.answer_with(spoilt, after=1)

    good, bad = [
        raw_answer(scripted_chat.server.port, "GET /messages HTTP/1.1").partition(b"\r\n\r\n") for _ in range(2)
    ]

    assert json.loads(good[2])["messages"]
    assert bad[0].startswith(b"HTTP/1.1 200 OK")
    assert bad[2].startswith(begin)
    assert (f"Content-Length: {len(bad[2])}\r".encode() in bad[0] + b"\r") == (spoilt != "half")


def test_numbers_come_in_chunks_to_those_who_know_them(speaking):
    scripted_chat = speaking(NUMBERS)

    new, old = [raw_answer(scripted_chat.server.port, f"GET /messages HTTP/1.{minor}") for minor in (1, 0)]

    assert b"Transfer-Encoding: chunked" in new
    assert new.endswith(b"\r\n0\r\n\r\n")
    assert b"Content-Length: 16" in old
    assert old.endswith(b'{"messages": []}')


def test_a_message_is_shown_with_its_replies_oldest_first(scripted_chat, ask):
    parent = scripted_chat.say("parent")
    replies = [scripted_chat.say("one", reply_to=parent.id), scripted_chat.say("two", reply_to=parent.id)]
    scripted_chat.say("nested", reply_to=replies[0].id)

    status, thread = ask(f"/messages/{quote(parent.id, safe='')}")

    assert (status, thread["id"]) == (200, parent.id)
    assert [reply["id"] for reply in thread["replies"]] == [reply.id for reply in replies]


@pytest.mark.parametrize("path", ["/", "/messages/none", "/message", "//messages", "/messages/%ff"])
def test_anything_else_is_not_found(ask, path):
    status, answer = ask(path)

    assert status == 404
    assert answer["error"]


def test_a_message_is_accepted(scripted_chat, ask):
    parent = scripted_chat.say("parent")

    status, sent = ask("/messages", "POST", json.dumps({"text": "žluť 🐎", "reply_to": parent.id}).encode())

    assert status == 201
    assert (sent["id"], sent["text"], sent["reply_to"]) == (IDS[1], "žluť 🐎", parent.id)
    assert scripted_chat.ids == (IDS[1], IDS[0])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b"7", b"{}", b"text=hello", b"\xff"])
def test_what_is_no_message_is_refused(scripted_chat, ask, body):
    status, answer = ask("/messages", "POST", body)

    assert (status, list(answer)) == (400, ["error"])
    assert scripted_chat.ids == ()


@pytest.mark.parametrize("status", [400, 422, 500])
def test_everything_is_refused_when_asked_for(scripted_chat, ask, status):
    scripted_chat.say("hello")
    scripted_chat.refuse_with(status)

    assert ask("/messages")[0] == status
    assert "not today" in str(ask("/messages")[1])
    assert ask("/messages", "POST", b'{"text": "hello"}')[0] == status
    assert len(scripted_chat.ids) == 1


def test_a_refusal_may_hold_a_list_and_no_error(scripted_chat, ask):
    scripted_chat.refuse_with(422)

    assert ask("/messages")[1] == {"status": 422, "detail": [{"loc": ["body"], "msg": "not today"}]}


def test_a_refusal_may_be_a_page_of_html(scripted_chat):
    scripted_chat.refuse_with(503)

    assert raw_answer(scripted_chat.server.port, "GET /messages HTTP/1.1").endswith(b"<p>not today")


def test_refusals_may_begin_later(scripted_chat, ask):
    scripted_chat.refuse_with(500, after=2)

    assert [ask("/messages")[0] for _ in range(4)] == [200, 200, 500, 500]


def test_a_message_may_have_no_time(scripted_chat, ask):
    scripted_chat.say("old", created_at=None)

    assert ask("/messages")[1]["messages"][0]["created_at"] is None


@pytest.mark.parametrize("since", ["", "nonsense", "10:05", "2026-01-02T03:00:00", "2026-01-02T08:30:00+05:30", "7"])
def test_what_is_no_time_is_refused(scripted_chat, ask, since):
    assert ask(f"/messages?since={since}") == (400, {"error": "since is no time"})
    assert scripted_chat.given == ()


# another dialect


def test_numbers_are_answered_with_200_and_nothing_is_null(speaking, ask):
    scripted_chat = speaking(NUMBERS)

    first = ask("/messages", "POST", b'{"text": "first"}', scripted_chat=scripted_chat)
    second = ask(
        "/messages", "POST", f'{{"text": "second", "reply_to": "{LARGEST}"}}'.encode(), scripted_chat=scripted_chat
    )
    status, page = ask("/messages", scripted_chat=scripted_chat)

    one = {"mood": "calm", "created_at": 1767340804.5, "text": "first", "id": LARGEST}
    other = {"reply_to": LARGEST, "mood": "calm", "created_at": 1767340864, "text": "second", "id": LARGEST - 7}
    assert first == (200, one)
    assert second == (200, other)
    assert (status, page) == (200, {"messages": [other, one]})
    assert scripted_chat.ids == (str(LARGEST - 7), str(LARGEST))


def test_numbers_are_shown_with_their_replies(speaking, ask):
    scripted_chat = speaking(NUMBERS)
    parent = scripted_chat.say("parent")
    reply = scripted_chat.say("reply", reply_to=parent.id)

    status, thread = ask(f"/messages/{LARGEST}", scripted_chat=scripted_chat)

    assert (status, thread["id"]) == (200, int(parent.id))
    assert [one["id"] for one in thread["replies"]] == [int(reply.id)]
    assert [one["reply_to"] for one in thread["replies"]] == [int(parent.id)]


def test_pages_of_numbers_have_a_next_until_the_last(speaking, ask):
    scripted_chat = speaking(NUMBERS)
    scripted_chat.fill_up(24)

    assert ask("/messages", scripted_chat=scripted_chat)[1]["next"] == "c/20+="
    assert "next" not in ask("/messages?cursor=c%2F20%2B%3D", scripted_chat=scripted_chat)[1]


def test_a_young_server_has_ids_and_texts(speaking, ask):
    scripted_chat = speaking(YOUNG)
    scripted_chat.say("hello")

    assert ask("/messages", scripted_chat=scripted_chat)[1] == {
        "messages": [{"mood": "calm", "text": "hello", "id": LARGEST}]
    }


# which requests the scripted chat got


def test_the_last_page_that_was_given_is_known(scripted_chat, ask):
    scripted_chat.fill_up(30)

    ask("/messages?limit=4")

    assert scripted_chat.given == tuple(scripted_chat.messages[:4])
    assert scripted_chat.ids_given == scripted_chat.ids[:4]


@pytest.mark.parametrize(
    ("sent", "read"), [("17", "17"), ('"17"', "17"), ('"x"', "x"), ("null", None), ("true", True), ("1.5", 1.5)]
)
def test_an_id_that_was_posted_is_compared_by_its_text(scripted_chat, ask, sent, read):
    ask("/messages", "POST", f'{{"text": "hello", "reply_to": {sent}}}'.encode())

    found = scripted_chat.posted_id("reply_to", LINE)

    assert found == read
    assert found.name == "reply_to in the body"
    assert found.request == LINE


@pytest.mark.parametrize("path", ["/messages", "/messages/", "/messages?from=cli"])
def test_the_last_body_that_was_posted_is_read(scripted_chat, ask, path):
    ask(path, "POST", b'{"text": "one"}')
    ask(path, "POST", '{"text": "žluť", "reply_to": 7}'.encode())

    assert scripted_chat.posted("text", LINE) == "žluť"
    assert scripted_chat.posted("reply_to", LINE) == 7
    assert failure(lambda: scripted_chat.posted("other", LINE)) == (
        'no other in the body: "{"text": "žluť", "reply_to": 7}"',
        "other in the body",
    )
    assert scripted_chat.posts(LINE) == ("POST /messages", "POST /messages")
    assert scripted_chat.posted("text", LINE).actual_text() == "text in the body: 'žluť'"


@pytest.mark.parametrize("body", [b"", b"[]", b"text=hello", b"\xff", b"7"])
def test_a_body_that_is_no_object_is_shown(scripted_chat, ask, body):
    ask("/messages", "POST", body)

    assert failure(lambda: scripted_chat.posted("text", LINE))[1] == "a JSON object as body"


def test_a_post_that_never_came_is_noticed(scripted_chat, ask):
    ask("/messages")
    ask("/message", "POST", b"{}")

    assert failure(lambda: scripted_chat.posted("text", LINE)) == ("GET /messages, POST /message", "POST /messages")
    assert failure(lambda: scripted_chat.content_type(LINE))[1] == "POST /messages"


@pytest.mark.parametrize(("sent", "said"), [("Application/JSON; charset=utf-8", "application/json"), ("", "")])
def test_the_content_type_is_read_without_parameters(scripted_chat, sent, said):
    HttpClient(scripted_chat.server.port).request(
        "POST", "/messages", body=b"{}", headers={"content-type": sent} if sent else {}
    )

    assert scripted_chat.content_type(LINE) == said


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {}),
        ("since=2026-01-02T03:04:05%2B05:30", {"since": "2026-01-02T03:04:05+05:30"}),
        ("since=2026-01-02T03%3a04%3A05%2b05%3A30", {"since": "2026-01-02T03:04:05+05:30"}),
        ("since=2026-01-02T03:04:05+05:30", {"since": "2026-01-02T03:04:05 05:30"}),
        ("since=&limit", {"since": "", "limit": ""}),
        ("limit=1&limit=2", {"limit": "2"}),
        ("a=%C5%BE&b=%ff&c=%", {"a": "ž", "b": "\ufffd", "c": "%"}),
    ],
)
def test_queries_are_decoded(scripted_chat, ask, query, expected):
    ask(f"/messages?{query}")

    assert scripted_chat.queries(LINE) == [expected]


def test_a_list_that_was_never_asked_for_is_noticed(scripted_chat, ask):
    ask("/")
    ask("//messages")
    ask("/messages/x")

    assert failure(lambda: scripted_chat.queries(LINE)) == ("GET /, GET //messages, GET /messages/x", "GET /messages")


def test_nothing_asked_at_all_is_noticed(scripted_chat):
    assert failure(lambda: scripted_chat.since_asked(LINE)) == ("no request", "GET /messages")


def test_a_parameter_is_wanted_in_the_query_that_came(scripted_chat, ask):
    ask("/messages?count=3")

    found = scripted_chat.asked("limit", LINE)

    assert found == ("(absent)",)
    assert found.expected_text("==", ("3",)) == "limit=3 in the query"
    assert found.actual_text_beside(("3",)) == found.actual_text() == "GET /messages?count=3"


def test_where_nothing_was_asked_the_end_of_the_client_is_told(scripted_chat):
    line = Command(LINE, ended='the client ended with exit code 0, "pong" on stdout')

    assert scripted_chat.server.asked(line).actual_text() == f"no request; {line.ended}"


def test_in_every_month_a_zone_has_summer_time_and_a_date_is_another_than_in_utc():
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    zones = [zoneinfo.ZoneInfo(zone) for zone, _, _ in TIMES_OF_DAY]
    for hours in range(0, 24 * 365 * 5, 11):
        moment = begin + timedelta(hours=hours)
        here = [moment.astimezone(zone) for zone in zones]
        assert any(place.dst() for place in here)
        assert any(place.date() != moment.date() for place in here)
        assert any((place.utcoffset() / timedelta(minutes=1)) % 60 for place in here)


# instants


@pytest.mark.parametrize(
    "written", ["2026-01-02T08:30:00%2B05:30", "2026-01-02T03:00:00Z", "2026-01-01t22:00:00.000-05:00"]
)
def test_instants_are_compared_however_they_are_written(scripted_chat, ask, written):
    ask(f"/messages?since={written}")
    ask(f"/messages?since={written}&cursor=x")

    assert scripted_chat.since_asked(LINE) == scripted_chat.instant("2026-01-02T08:30:00+05:30")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["2026-01-02T08:30:00Z"], "since='2026-01-02T08:30:00Z'"),
        (
            ["2026-01-02T08:30:00+05:30"],
            "since='2026-01-02T08:30:00 05:30' (a + that isn't encoded is a blank in a query)",
        ),
        (["2026-01-02T08:30:00"], "since='2026-01-02T08:30:00' (without an offset)"),
        (["08:30"], "since='08:30'"),
        ([""], "since=''"),
        (["2026-01-02T03:00:00Z", "x"], "since='2026-01-02T03:00:00Z', 'x'"),
    ],
)
def test_another_instant_is_shown(scripted_chat, ask, asked, said):
    for since in asked:
        ask(f"/messages?since={since}")
    wanted = scripted_chat.instant("2026-01-02T08:30:00+05:30")

    found = scripted_chat.since_asked(LINE)

    assert found != wanted
    assert found.actual_text() == said
    assert found.expected_text("==", wanted) == "since=2026-01-02T03:00:00Z, in any spelling"


def test_one_of_several_instants_may_be_wanted(scripted_chat, ask):
    ask("/messages?since=2026-01-02T03:00:00.5Z")
    wanted = (scripted_chat.instant("2026-01-02T03:00:00.500Z"), scripted_chat.instant("2026-01-02T03:00:00Z"))

    found = scripted_chat.since_asked(LINE)

    assert found in wanted
    assert found not in wanted[1:]
    assert (
        found.expected_text("in", wanted) == "since=2026-01-02T03:00:00.500Z or 2026-01-02T03:00:00Z, in any spelling"
    )


def test_since_has_to_come_with_every_page(scripted_chat, ask):
    ask("/messages?since=2026-01-02T03:00:00Z")
    ask("/messages?cursor=x")

    assert scripted_chat.since_asked(LINE) != scripted_chat.instant("2026-01-02T03:00:00Z")
    assert scripted_chat.since_asked(LINE).actual_text() == "since='2026-01-02T03:00:00Z', null"


# today


@pytest.fixture
def zone_where_it_is(tmp_path):
    """Make a time zone in which it is now so many seconds after midnight, and return its name and offset."""

    def make(seconds):
        offset = (seconds - int(time.time())) % 86400
        offset -= 86400 if offset > 43200 else 0
        header = b"TZif" + b"\0" * 16 + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
        (tmp_path / "Here").write_bytes(header + struct.pack(">lbb", offset, 0, 0) + b"ABC\0")
        return "Here", offset

    zoneinfo.ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath([str(tmp_path), *zoneinfo.TZPATH])
    yield make
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def moments(today):
    return sorted(int(moment) for group in today for moment in group)


def test_just_after_midnight_today_may_be_yesterday(scripted_chat, zone_where_it_is):
    zone, offset = zone_where_it_is(20)
    began = int(time.time())

    found = moments(scripted_chat.today(zone, 10, 5))

    midnight = began - (began + offset) % 86400
    assert found == [midnight - 86400 + 36300, midnight + 36300]


@pytest.mark.parametrize("seconds", [100, 12 * 3600, 86400 - 20])
def test_at_any_other_time_today_is_one_day(scripted_chat, zone_where_it_is, seconds):
    zone, offset = zone_where_it_is(seconds)
    began = int(time.time())

    assert moments(scripted_chat.today(zone, 10, 5)) == [began - (began + offset) % 86400 + 36300]


def test_what_was_asked_is_looked_for_in_today(scripted_chat, ask, zone_where_it_is):
    zone, _ = zone_where_it_is(20)
    yesterday, today = (datetime.fromtimestamp(m, UTC) for m in moments(scripted_chat.today(zone, 10, 5)))
    ask(f"/messages?since={today:%Y-%m-%dT%H:%M:%SZ}")

    found = scripted_chat.since_asked(LINE)

    assert found in scripted_chat.today(zone, 10, 5)
    assert found not in scripted_chat.today(zone, 10, 6)
    said = found.expected_text("in", scripted_chat.today(zone, 10, 5))
    assert set(re.findall(r"[\dTZ:-]{20}", said)) == {f"{day:%Y-%m-%dT%H:%M:%SZ}" for day in (yesterday, today)}
    assert said.endswith(", in any spelling")


@pytest.mark.skipif(not Path("/usr/share/zoneinfo/Australia").exists(), reason="no time-zone data")
def test_today_in_adelaide_has_half_an_hour(scripted_chat):
    [moment] = {moment % 3600 for moment in moments(scripted_chat.today("Australia/Adelaide", 10, 0))}

    assert Fraction(moment) == 1800


def test_messages_may_differ_in_nothing_but_their_ids(scripted_chat, ask):
    scripted_chat.fill_alike(author="Ines", source="sms")

    found = ask("/messages")[1]["messages"]
    values = [{name: value for name, value in message.items() if name != "id"} for message in found]

    assert len({message["id"] for message in found}) == 4
    assert values[2] == values[3]
    assert [message["text"] == found[0]["text"] for message in found] == [True, False, True, True]
    assert [message["created_at"] == found[-1]["created_at"] for message in found] == [False, True, True, True]


def test_the_texts_that_were_posted_are_listed_in_order(scripted_chat, ask):
    for text in ("first", "second", "first"):
        ask("/messages", "POST", json.dumps({"text": text}).encode())

    assert scripted_chat.texts_posted(LINE) == ("first", "second", "first")
