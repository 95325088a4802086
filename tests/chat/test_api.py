import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from grader.assertions.expected import INVALID, TOO_LARGE
from grader.chat.api import MOST_PAGES, Chat
from grader.errors import Failed, TooLate
from tests.projects import ANSWERING

SCRIPTED = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

{answer}

class Handler(BaseHTTPRequestHandler):
    def do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open("asked", "a") as asked:
            asked.write(json.dumps([self.command, self.path, body.decode("latin-1"), dict(self.headers)]) + "\\n")
        url = urlsplit(self.path)
        query = {{name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}}
        status, headers, content = answer(self.command, url.path, query) if url.path != "/" else (200, {{}}, b"hi")
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {{"Content-Type": "application/json", **headers}}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
    do_GET = do_POST = do

    def log_message(self, *_):
        pass

ThreadingHTTPServer.request_queue_size = 32
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
"""A server of the standard library: `answer(method, path, query)` gives its answers, and it records each request."""

ONE = '{"id": "a", "text": "hello"}'


@pytest.fixture
def chat(service):
    """Start a service whose function `answer` has these lines, and give its chat: `chat("return ...")`."""

    def start(*lines, before=""):
        answer = f"{before}\ndef answer(method, path, query):\n" + "\n".join(f"    {line}" for line in lines)
        made = service(SCRIPTED.format(answer=answer))
        made.start()
        return Chat(made)

    return start


def asked(chat):
    """List the requests that the service got, without those for `/`."""
    text = (chat.service.project.folder / "asked").read_text()
    return [entry for entry in map(json.loads, text.splitlines()) if entry[1] != "/"]


def failure(act, kind=Failed):
    with pytest.raises(Failed) as caught:
        act()
    assert type(caught.value) is kind
    assert caught.value.request.startswith("curl ")
    assert caught.value.expected
    assert len(caught.value.actual) < 600
    return caught.value.actual, caught.value.expected


# requests


def test_a_message_is_sent_as_json_and_read_back(chat):
    talk = chat('return 201, {}, {"id": "a", "text": "žluť 🐎", "more": 1}')

    sent = talk.send("žluť 🐎", reply_to="b")

    [(method, path, body, headers)] = asked(talk)
    assert (method, path, headers["Content-Type"]) == ("POST", "/messages", "application/json")
    assert json.loads(body.encode("latin-1")) == {"text": "žluť 🐎", "reply_to": "b"}
    assert (sent.id, sent.text) == ("a", "žluť 🐎")


def test_200_may_stand_for_201(chat):
    assert chat(f"return 200, {{}}, {ONE}").send("hello").id == "a"


def test_queries_are_encoded(chat):
    talk = chat('return 200, {}, {"messages": []}')

    talk.page(since="2026-01-02T03:04:05+05:30", cursor="c/1 +=&é", limit=7)

    query = parse_qs(urlsplit(asked(talk)[0][1]).query)
    assert query == {"since": ["2026-01-02T03:04:05+05:30"], "cursor": ["c/1 +=&é"], "limit": ["7"]}
    assert "+" not in asked(talk)[0][1]


def test_a_body_is_posted_as_it_is(chat):
    talk = chat('return 400, {}, {"error": "no"}')

    reply = talk.post(b"{'text'")

    assert reply.status in INVALID
    assert asked(talk)[0][2] == "{'text'"


def test_many_are_sent_one_after_the_other(chat):
    talk = chat("NUMBERS.append(1)", 'return 201, {}, {"id": len(NUMBERS), "text": ""}', before="NUMBERS = []")

    assert [message.id for message in talk.send_many(3)] == [1, 2, 3]
    assert len({body for _, _, body, _ in asked(talk)}) == 3


# redirects


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("target", ["/messages/", "http://127.0.0.1:PORT/messages/", "/messages/?limit=2", "messages/"])
def test_a_redirect_to_the_slash_is_followed_with_everything(chat, status, target):
    talk = chat(
        f'target = {target!r}.replace("PORT", os.environ["PORT"])',
        f'if path == "/messages": return {status}, {{"Location": target}}, b""',
        'return 200, {}, {"id": "a", "text": "", "messages": [{"id": query.get("limit", "none"), "text": ""}]}',
    )

    assert talk.page(limit=2).ids == ("2",)
    assert talk.send("hello").id == "a"
    first, second = asked(talk)[-2:]
    assert (first[0], first[1], second[0], second[1]) == ("POST", "/messages", "POST", "/messages/")
    assert (second[2], second[3]["Content-Type"]) == (first[2], "application/json")


@pytest.mark.parametrize(
    ("status", "target"),
    [
        (301, "/messages/"),
        (302, "/messages/"),
        (303, "/messages/"),
        (308, "/other/"),
        (308, "/messages"),
        (308, "/messages//"),
        (308, "http://127.0.0.1:1/messages/"),
        (308, "http://[/"),
        (308, ""),
    ],
)
def test_no_other_redirect_is_followed(chat, status, target):
    talk = chat(f'return {status}, {{"Location": {target!r}}}, b""')

    actual, expected = failure(talk.page)

    assert actual.startswith(f"{status} ")
    assert expected == "200"
    assert len(asked(talk)) == 1
    assert failure(lambda: talk.send("hello"))[1] == "201 or 200 with the message object"


def test_a_redirect_in_a_circle_is_not_followed(chat):
    talk = chat('return 308, {"Location": "/messages/"}, b""')

    assert failure(talk.page)[0].startswith("308 ")
    assert len(asked(talk)) == 2


# answers that are not as promised


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('b"{"', "valid JSON"),
        ('b"<html>"', "valid JSON"),
        ('b""', "valid JSON"),
        ('b"x" * 1_048_576', "valid JSON"),
        ('b"x" * 3_000_000', "valid JSON"),
        ('b"[" * 200_000', "valid JSON"),
        ('[{"id": 7}]', "a message object"),
        ("{}", "an id as in clause K7"),
    ],
)
def test_what_is_no_message_is_one_sentence(chat, content, expected):
    talk = chat(f"return 200, {{}}, {content}")

    assert failure(lambda: talk.send("hello"))[1] == expected
    assert failure(lambda: talk.thread("a"))[1] == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('b"{"', "valid JSON"),
        ('b"x" * 3_000_000', "valid JSON"),
        ("[]", '{"messages": [...], "next": a string or null}'),
        ("[{'id': 7}]", '{"messages": [...], "next": a string or null}'),
        ('{"messages": {"id": 7}}', '{"messages": [...], "next": a string or null}'),
        ('{"messages": [[]]}', "message objects"),
        ('{"messages": [{"id": 7}], "next": 7}', "next: a string or null"),
    ],
)
def test_what_is_no_page_is_one_sentence(chat, content, expected):
    talk = chat(f"return 200, {{}}, {content}")

    assert failure(talk.all)[1] == expected


@pytest.mark.parametrize("status", [202, 204, 400, 404, 500])
def test_another_status_is_one_sentence(chat, status):
    talk = chat(f'return {status}, {{}}, {{"id": "a", "text": "hello", "messages": []}}')

    assert failure(talk.page)[0].startswith(f"{status} ")
    assert failure(lambda: talk.send("hello"))[0].startswith(f"{status} ")
    assert failure(lambda: talk.thread("a"))[0].startswith(f"{status} ")


def test_a_server_that_died_is_one_sentence(chat):
    talk = chat("os._exit(7)")

    actual, expected = failure(lambda: talk.send("hello"))

    assert (actual, expected) == ("the server stopped (exit code 7)", "an answer")


# pages

PAGES = (
    'place = int(query.get("cursor", "0"))',
    "following = str(place + 1) if place < LAST else None",
    'return 200, {}, {"messages": [{"id": place, "text": str(sorted(query))}], "next": following}',
)


def test_pages_are_followed_to_their_end_with_the_other_parameters(chat):
    talk = chat("LAST = 4", *PAGES)

    found = talk.all(limit=1, since="x")

    assert found.ids == (0, 1, 2, 3, 4)
    assert found.messages[0].text == "['limit', 'since']"
    assert found.messages[4].text == "['cursor', 'limit', 'since']"
    assert found.request.endswith("# and every next, 5 pages")
    assert found.cursor is None


def test_a_last_page_may_be_empty(chat):
    talk = chat(
        'if "cursor" in query: return 200, {}, {"messages": []}',
        f'return 200, {{}}, {{"messages": [{ONE}], "next": "x"}}',
    )

    assert talk.all().ids == ("a",)


def test_a_cursor_that_comes_again_is_an_endless_list(chat):
    talk = chat('return 200, {}, {"messages": [], "next": "again"}')

    assert failure(talk.all) == ("next: 'again' once more", "an end")
    assert len(asked(talk)) == 2


def test_cursors_in_a_circle_are_an_endless_list(chat):
    talk = chat(
        "following = {None: 'a', 'a': 'b', 'b': 'c', 'c': 'a'}[query.get('cursor')]",
        'return 200, {}, {"messages": [], "next": following}',
    )

    assert failure(talk.all) == ("next: 'a' once more", "an end")


def test_ever_new_cursors_are_an_endless_list(chat):
    talk = chat("LAST = 10 ** 9", *PAGES)

    began = time.monotonic()
    actual, expected = failure(talk.all)

    assert expected == "an end"
    assert actual.startswith("next: ")
    assert len(asked(talk)) <= MOST_PAGES + 2
    assert time.monotonic() - began < 20


# bodies that are too large


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_refusal_of_a_large_body_is_its_status(chat, status):
    assert chat(f'return {status}, {{}}, {{"error": "large"}}').refusal_of(b"x" * 70_000) == status


def test_a_large_body_that_is_taken_is_no_refusal(chat):
    assert chat(f"return 201, {{}}, {ONE}").refusal_of(b"x" * 70_000) not in TOO_LARGE


CLOSING = ANSWERING.replace("if connection.recv(65536):", "if not connection.recv(65536).startswith(b'POST'):")


def test_a_connection_that_is_closed_at_a_large_body_is_a_refusal(service):
    made = service(CLOSING)
    made.start()

    refusal = Chat(made).refusal_of(b"x" * 8_000_000)

    assert refusal in TOO_LARGE
    assert refusal.actual_text()
    assert made.get("/").status == 200


SILENT = ANSWERING.replace(
    "if connection.recv(65536):",
    "if connection.recv(65536).startswith(b'POST'):\n            import time; time.sleep(60)\n        else:",
)


def test_no_answer_is_no_refusal(service):
    made = service(SILENT)
    made.start()
    talk = Chat(made)
    began = time.monotonic()

    actual, _ = failure(lambda: talk.send("hello", patience=0.3), TooLate)

    assert actual == "no complete answer within 0 s"
    assert time.monotonic() - began < 5


# counting


@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_counts_as_no_message(chat, status):
    assert chat(f'return {status}, {{}}, {{"error": "no"}}').at_most(limit=1000) == 0


def test_the_messages_of_a_page_are_counted(chat):
    talk = chat('return 200, {}, {"messages": [{"id": n, "text": ""} for n in range(int(query["limit"]))]}')

    assert talk.at_most(limit=101) == 101


def test_another_answer_is_no_count(chat):
    assert failure(lambda: chat("return 500, {}, b''").at_most(limit=1000))[1] == "200, 400 or 422"


# restarts


TICKING = """
import itertools
ticks = itertools.count(1)
kept = []
"""
STORE = [
    "if method == 'POST':",
    "    number = next(ticks)",
    "    kept.insert(0, {'id': number, 'text': 'x', 'created_at': f'2026-01-02T03:04:05.{number:03}Z'})",
    "    return 201, {}, kept[0]",
]


def test_messages_are_sought_by_the_very_time_they_show(chat):
    found = "[m for m in kept if m['created_at'] >= query['since']]"
    inclusive = chat(*STORE, f"return 200, {{}}, {{'messages': {found}}}", before=TICKING)

    assert inclusive.send_and_seek(3) == ()


def test_messages_that_are_not_found_by_their_time_are_listed(chat):
    odd = "[m for m in kept if m['created_at'] > query['since'] or m['id'] % 2]"
    late = chat(*STORE, f"return 200, {{}}, {{'messages': {odd}}}", before=TICKING)

    lost = late.send_and_seek(4)

    assert lost == ("2: 2026-01-02T03:04:05.002Z", "4: 2026-01-02T03:04:05.004Z")
    assert "since=2026-01-02T03%3A04%3A05.002Z" in lost.request


def test_a_restart_keeps_port_and_data(chat):
    talk = chat(f"return 200, {{}}, {ONE}")
    port, data, process = talk.service.port.number, talk.service.data, talk.service.process.pid

    talk.restart()

    assert (talk.service.port.number, talk.service.data) == (port, data)
    assert talk.service.process.pid != process
    assert talk.send("hello").id == "a"
