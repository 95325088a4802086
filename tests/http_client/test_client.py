import contextlib
import gzip
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.assertions.expected import OneOf
from grader.errors import Failed, TooLate
from grader.http_client.client import HttpClient
from grader.http_client.json_body import as_json
from grader.http_client.reply import InARow, Replies, Reply
from grader.system.ports import refusing
from tests.rawserver import drip, endless, playing, say, say_and_reset, say_and_stay, stay

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
PATIENCE = 0.25
MIB = 1024 * 1024


def length(count: int) -> bytes:
    return f"Content-Length: {count}\r\n\r\n".encode()


def ask(script, method="GET", patience=PATIENCE, **more):
    """Send one request to a misbehaving server. With a server that never ends, the test is that this returns at all."""
    with playing(script) as server:
        return HttpClient(server.port).request(method, "/", patience=patience, **more)


def failure(script, kind=Failed, **more):
    with pytest.raises(Failed) as caught:
        ask(script, **more)
    assert type(caught.value) is kind
    assert caught.value.expected == "an answer"
    assert caught.value.request.startswith("curl ")
    return caught.value.actual


# valid answers


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + length(5) + b"hello",
        HEAD + b"\r\nhello",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.0 200\r\n\r\nhello",
        HEAD.replace(b"\r\n", b"\n") + b"\nhello",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + length(5) + b"hello",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 3 + HEAD + length(5) + b"hello",
        HEAD + length(5) + b"hello, and more than was promised",
        HEAD + b"Content-Length: -5\r\n\r\nhello",
        HEAD + b"Content-Length: many\r\n\r\nhello",
    ],
)
def test_what_is_http_is_understood(answer):
    reply = ask(say(answer))

    assert (reply.status, reply.body) == (200, b"hello")
    assert 0 <= reply.seconds < PATIENCE


def test_headers_are_found_in_small_letters_and_odd_ones_do_no_harm():
    reply = ask(say(HEAD, "X-Unusual: ü\r\nX-Empty:\r\nX-Folded: a\r\n b\r\n".encode(), length(0)))

    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["x-empty"] == ""
    assert reply.body == b""


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_is_not_waited_for(status):
    assert ask(say_and_stay(f"HTTP/1.1 {status} X\r\n\r\n".encode()), patience=0.6).status == status


def test_the_answer_to_head_has_a_length_and_no_body():
    assert ask(say(HEAD, length(5000)), method="HEAD").body == b""


def test_a_redirect_is_not_followed():
    with playing(say(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")) as server:
        reply = HttpClient(server.port).get("/")

        assert (reply.status, reply.headers["location"]) == (302, "/elsewhere")
        assert len(server.received) == 1


def test_what_is_compressed_is_left_so():
    bomb = gzip.compress(b"\0" * 50 * MIB)

    reply = ask(say(HEAD, b"Content-Encoding: gzip\r\n", length(len(bomb)), bomb), patience=5)

    assert reply.body == bomb


def test_an_answer_to_what_was_only_half_read_counts():
    def refuse(connection, over):
        connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        reply = pool.submit(HttpClient(listener.getsockname()[1]).request, "POST", "/", body=b"x" * 8 * MIB)
        connection, _ = listener.accept()
        connection.recv(1000)
        refuse(connection, None)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(MIB):
            pass
        connection.close()

        assert reply.result().status == 413


# the end of the stream


@pytest.mark.parametrize("hang_up", [True, False])
def test_a_server_that_closes_first_is_let_do_so(hang_up):
    with playing(say(HEAD, length(2), b"ok")) as server:
        assert HttpClient(server.port).get("/", hang_up=hang_up).body == b"ok"


@pytest.mark.parametrize(("hang_up", "seen"), [(True, [b""]), (False, [])])
def test_a_server_that_waits_for_more_is_told_that_there_is_none(hang_up, seen):
    received = []

    def wait_for_more(connection, over):
        connection.sendall(HEAD + length(2) + b"ok")
        with contextlib.suppress(TimeoutError):
            connection.settimeout(0.3)
            received.append(connection.recv(1))

    with playing(wait_for_more) as server:
        assert HttpClient(server.port).get("/", hang_up=hang_up).body == b"ok"

    assert received == seen


def test_a_server_that_never_closes_costs_a_second_and_no_more():
    with playing(say_and_stay(HEAD, length(2), b"ok")) as server:
        began = time.monotonic()
        reply = HttpClient(server.port).get("/", hang_up=False)

    assert reply.body == b"ok"
    assert reply.seconds < 0.9
    assert 1.0 <= time.monotonic() - began < 3.0


def test_what_comes_after_the_answer_is_not_read_for_ever():
    assert ask(endless(HEAD + length(2) + b"ok", b"x" * 65536)).body == b"ok"


# sizes


@pytest.mark.parametrize("size", [MIB - 1, MIB])
def test_a_body_of_up_to_a_mebibyte_is_read(size):
    assert ask(say(HEAD, length(size), b"x" * size), patience=5).size == size


@pytest.mark.parametrize("size", [MIB + 1, 3 * MIB])
def test_a_larger_body_is_cut_off_one_byte_later(size):
    assert ask(say(HEAD, length(size), b"x" * size), patience=5).size == MIB + 1


@pytest.mark.parametrize(
    ("beginning", "part"),
    [
        (HEAD + b"\r\n", b"x" * 65536),
        (HEAD + length(10**15), b"x" * 65536),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n", b"x" * 65536),
    ],
)
def test_a_body_without_end_is_cut_off_too(beginning, part):
    assert ask(endless(beginning, part), patience=5).size == MIB + 1


# answers that never end


@pytest.mark.parametrize(
    "script",
    [
        say_and_stay(),
        say_and_stay(b"HTTP/1.1 200"),
        say_and_stay(HEAD),
        say_and_stay(HEAD + b"\r\nhello"),
        say_and_stay(HEAD + length(5) + b"hell"),
        say_and_stay(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", interval=0.05),
        endless(HEAD + length(10**6), b"x", interval=0.05),
        endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        drip(HEAD + length(5) + b"hello", interval=0.05),
        stay,
    ],
)
def test_an_answer_without_end_is_too_late(script):
    assert failure(script, TooLate) == "no complete answer within 0 s"


def test_one_byte_a_second_does_not_stretch_the_patience():
    assert failure(drip(HEAD + length(5) + b"hello", interval=1.0), TooLate, patience=2.2) == (
        "no complete answer within 2 s"
    )


def test_a_server_that_does_not_read_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        http = HttpClient(listener.getsockname()[1])

        with pytest.raises(TooLate, match=r"^no complete answer within 0 s$"):
            http.request("POST", "/", body=b"x" * 32 * MIB, patience=PATIENCE)


def test_a_server_that_does_not_accept_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        filling = [socket.socket() for _ in range(4)]
        for connection in filling:
            connection.setblocking(False)
            connection.connect_ex(address)

        with pytest.raises(TooLate, match=r"^no connection within 0 s$"):
            HttpClient(address[1]).get("/", patience=PATIENCE)

        for connection in filling:
            connection.close()


# what is not an answer


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (say(), "the connection was closed without an answer"),
        (say(b"HTTP/1.1 100 Continue\r\n\r\n"), "the connection was closed without an answer"),
        (say(b"hello\r\n"), 'something that is not HTTP: "hello"'),
        (say(b"\x1b[31m\xff\x00\r\n"), r'something that is not HTTP: "\x1b[31mÿ\x00"'),
        (say(b"SSH-2.0-OpenSSH_9.2\r\n"), 'something that is not HTTP: "SSH-2.0-OpenSSH_9.2"'),
        (say(b"HTTP/1.1 OK\r\n\r\n"), 'something that is not HTTP: "HTTP/1.1 OK"'),
        (say(b"HTTP/1.1 2000 OK\r\n\r\n"), 'something that is not HTTP: "HTTP/1.1 2000 OK"'),
        (say(b"HTTP/1.1 2"), 'something that is not HTTP: "HTTP/1.1 2"'),
        (say(b"\r\n\r\n"), 'something that is not HTTP: ""'),
        (say(b"HTTP/2.0 200 OK\r\n\r\n"), "an answer that is not valid HTTP (HTTP/2.0)"),
        (
            say(HEAD),
            "an answer that is not valid HTTP (the connection was closed in the middle of its head)",
        ),
        (
            say(HEAD, b"Content-Le"),
            "an answer that is not valid HTTP (the connection was closed in the middle of its head)",
        ),
        (say(HEAD, length(9), b"hello"), "a body that ended early, 4 bytes short"),
        (say(HEAD, length(2 * MIB), b"hello"), "a body that ended early, 2097147 bytes short"),
        (
            say(HEAD, b"Transfer-Encoding: chunked\r\n\r\n9\r\nhello"),
            "a chunked body that ended early or is not well formed",
        ),
        (
            say(HEAD, b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
            "a chunked body that ended early or is not well formed",
        ),
        (
            say(HEAD, b"Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n"),
            "a chunked body that ended early or is not well formed",
        ),
        (
            say(HEAD, b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n"),
            "an answer that is not valid HTTP (read length must be non-negative or -1)",
        ),
        (
            say(HEAD, b"X: y\r\n" * 200, b"\r\n"),
            "an answer that is not valid HTTP (got more than 100 headers)",
        ),
        (
            endless(HEAD, b"X: y\r\n"),
            "an answer that is not valid HTTP (got more than 100 headers)",
        ),
        (
            endless(HEAD + b"X: ", b"y" * 4096),
            "an answer that is not valid HTTP (got more than 65536 bytes when reading header line)",
        ),
        (
            endless(b"x", b"x" * 4096),
            "an answer that is not valid HTTP (got more than 65536 bytes when reading status line)",
        ),
        (say_and_reset(), "no complete answer (connection reset by peer)"),
        (say_and_reset(b"HTTP/1.1 20"), "no complete answer (connection reset by peer)"),
        (say_and_reset(HEAD, length(9), b"hello"), "no complete answer (connection reset by peer)"),
    ],
)
def test_what_is_no_answer_is_said_in_one_sentence(script, sentence):
    assert failure(script, patience=2) == sentence


def test_a_reset_after_the_answer_is_no_harm():
    assert ask(say_and_reset(HEAD, length(2), b"ok"), patience=2).body == b"ok"


def test_nobody_there_is_one_sentence():
    with refusing() as port, pytest.raises(Failed, match=r"^no connection \(connection refused\)$") as caught:
        HttpClient(port).get("/x")

    assert (caught.value.expected, caught.value.request) == ("a connection", "curl -i 'http://127.0.0.1:5000/x'")


# what the client sends


def test_a_request_says_where_it_goes_and_that_it_is_the_last():
    with playing(say(HEAD, length(0))) as server:
        HttpClient(server.port).get("/ž %7e", params={"q": "ü+&", "r": ""})

        assert server.received == [
            b"GET /%C5%BE%20%7e?q=%C3%BC%2B%26&r= HTTP/1.1\r\n"
            + f"Host: 127.0.0.1:{server.port}\r\n".encode()
            + b"User-Agent: kit\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        ]


def test_a_header_that_is_given_replaces_the_usual_one():
    with playing(say(HEAD, length(0))) as server:
        HttpClient(server.port).request(
            "POST", "/", headers={"host": "chat.example", "content-length": "2"}, body=b"{}"
        )

        (request,) = server.received
        assert request.lower().count(b"host:") == request.lower().count(b"content-length:") == 1
        assert request.endswith(b"host: chat.example\r\ncontent-length: 2\r\n\r\n{}")


def test_a_connection_can_be_opened_before_it_is_used():
    with playing(say(HEAD, length(2), b"ok")) as server:
        http = HttpClient(server.port)
        prepared = http.prepare("GET", "/later")
        assert server.received == []

        assert prepared.send().body == b"ok"
        assert http.exchanges == ["curl -i 'http://127.0.0.1:5000/later'"]


def test_looking_for_a_listener_leaves_no_trace_when_there_is_none():
    with refusing() as port:
        http = HttpClient(port)

        assert http.prepare_if_listening("GET", "/") is None
        assert http.exchanges == []


def test_raw_bytes_are_sent_as_they_are_and_no_answer_is_awaited():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        http = HttpClient(listener.getsockname()[1])
        http.raw(b"half a requ\x00\xff")

        connection, _ = listener.accept()
        with connection:
            assert connection.recv(100) == b"half a requ\x00\xff"
            assert connection.recv(100) == b""


def test_raw_bytes_that_nobody_wants_are_no_fault():
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        sent = pool.submit(HttpClient(listener.getsockname()[1]).raw, b"x" * 8 * MIB)
        connection, _ = listener.accept()
        connection.close()

        assert sent.result() is None


# how an answer is described


@pytest.mark.parametrize(
    ("answer", "summary"),
    [
        (HEAD + length(5) + b"hello", '200 OK, text/plain, "hello"'),
        (b"HTTP/1.1 404 Not Found\r\n" + length(0), "404 Not Found, no content type, empty body"),
        (b"HTTP/1.1 500\r\n" + length(6) + b"a , b\n", '500, no content type, "a , b"'),
        (b"HTTP/1.1 200 \x1b[2J\r\nContent-Type: \x1bx\r\n" + length(0), r"200 \x1b[2J, \x1bx, empty body"),
        (HEAD + length(300) + b"x" * 300, f'200 OK, text/plain, "{"x" * 200}"…'),
    ],
)
def test_an_answer_is_summed_up_in_one_line(answer, summary):
    assert ask(say(answer)).summary == summary


def test_many_answers_are_counted_and_the_odd_one_is_shown():
    good, bad = ask(say(HEAD, length(2), b"ok")), ask(say(b"HTTP/1.1 503 Busy\r\n", length(4), b"busy"))

    statuses = Replies([good, bad, good]).statuses

    assert statuses == {200, 503}
    assert statuses.actual_text() == '2 × 200, 1 × 503; one of them: 503 Busy, no content type, "busy"'
    assert statuses.request == "for n in $(seq 3); do curl -i 'http://127.0.0.1:5000/' & done; wait"
    assert Replies([good, good]).statuses.actual_text() == "2 × 200"


def test_several_answers_are_asked_for_by_a_line_that_does_it_again():
    good = Reply(200, "OK", {}, b"", "curl x", 0.0)
    bad = Reply(503, "Busy", {}, b"", "curl x", 0.0)
    missing = Reply(404, "Not Found", {}, b"", "curl x", 0.0)
    by_two = Replies([good] * 6)
    by_two.each = 2

    assert Replies([good] * 6).statuses.request == "for n in $(seq 6); do curl x & done; wait"
    assert by_two.statuses.request == "for n in $(seq 3); do for n in $(seq 2); do curl x; done & done; wait"
    assert InARow([missing] * 6).statuses.request == "for n in $(seq 6); do curl x; done"
    assert "one of them: 503 Busy" in InARow([missing, good, bad]).statuses.actual_text()
    assert InARow([missing, bad]).statuses.expected_text("<=", OneOf({404}, "404")) == "404 for all of them"


# JSON


def json_reply(content: bytes):
    head = HEAD.replace(b"text/plain", b"application/json")
    return ask(say(head, length(len(content)), content))


def test_json_is_read():
    assert as_json(json_reply('{"a": ["ž", 1.5, null]}'.encode())) == {"a": ["ž", 1.5, None]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"{'a': 1}",
        b'{"a": NaN}',
        b"[Infinity]",
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        '"x"'.encode("utf-16"),
        b"[" * 5000,
        b"1" * 5000,
    ],
)
def test_what_is_no_json_is_said_in_one_sentence(content):
    reply = json_reply(content)

    with pytest.raises(Failed) as caught:
        as_json(reply)

    assert (caught.value.expected, caught.value.actual) == ("valid JSON", reply.summary)
