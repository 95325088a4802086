import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from grader.client import arriving
from grader.client.scripted_server import Answer, ScriptedServer, scripted
from grader.system.process import wait_until

WELCOME = Answer.text("žluťoučký 🐎")
HOST = b"Host: x\r\n"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted(WELCOME) as server:
        yield server


def connect(server: ScriptedServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def everything(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def say(server: ScriptedServer, *parts: bytes) -> bytes:
    """Send bytes and return the whole answer."""
    with connect(server) as connection:
        for part in parts:
            connection.sendall(part)
        return everything(connection)


def test_a_text_is_answered_in_utf_8_and_says_so(server):
    head, _, body = say(server, b"GET / HTTP/1.1\r\n\r\n").partition(b"\r\n\r\n")

    assert head.splitlines()[0] == b"HTTP/1.1 200 OK"
    assert b"Content-Type: text/plain; charset=utf-8" in head
    assert body.decode() == "žluťoučký 🐎"


def test_any_status_can_be_answered():
    with scripted(Answer.text("no", 404)) as server:
        assert say(server, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 404 Not Found\r\n")


def test_head_is_answered_without_a_body(server):
    head, _, body = say(server, b"HEAD / HTTP/1.1\r\n\r\n").partition(b"\r\n\r\n")

    assert body == b""
    assert f"Content-Length: {len('žluťoučký 🐎'.encode())}\r".encode() in head + b"\r"


@pytest.mark.parametrize("target", ["//", "//messages", "/a/../b", "/a?b=c&d", "http://127.0.0.1/", "*", "/%2f/ü"])
def test_a_target_is_kept_as_it_came(server, target):
    say(server, f"GET {target} HTTP/1.1\r\n\r\n".encode("latin-1"))

    assert server.requests[0].what == f"GET {target}"
    assert server.asked("kit ping") == (f"GET {target}",)


def test_bytes_that_are_not_utf_8_are_kept(server):
    say(server, b"GET /\xff\xfe HTTP/1.1\r\nX-Odd: \xe9\r\nContent-Length: 3\r\n\r\n\x00\xff\n")

    (request,) = server.requests
    assert request.line.encode("latin-1") == b"GET /\xff\xfe HTTP/1.1"
    assert request.header("x-odd") == b"\xe9"
    assert request.body == b"\x00\xff\n"


def test_headers_are_found_in_any_case_and_kept_in_order(server):
    say(server, b"GET / HTTP/1.1\r\nX-A: 1\r\nx-a:2\r\nEmpty:\r\nX-Time: 12:30\r\n\r\n")

    (request,) = server.requests
    assert request.headers == ((b"X-A", b"1"), (b"x-a", b"2"), (b"Empty", b""), (b"X-Time", b"12:30"))
    assert request.header("X-TIME") == b"12:30"
    assert request.header("Nothing") is None


def test_a_chunked_body_is_put_together(server):
    say(
        server,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n",
        b"3\r\nabc\r\nA;name=value\r\n0123456789\r\n",
        b"0\r\nTrailer: x\r\n\r\n",
    )

    assert server.requests[0].body == b"abc0123456789"


def test_a_chunked_body_of_a_real_client_is_put_together(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", "/", body=iter([b"x" * 70_000, b"y"]), encode_chunked=True)

    assert connection.getresponse().status == 200
    connection.close()
    assert server.requests[0].body == b"x" * 70_000 + b"y"


def test_who_waits_for_100_continue_gets_it_at_once(server):
    with connect(server) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        assert everything(connection).startswith(b"HTTP/1.1 200 OK")

    assert server.requests[0].body == b"hello"


def test_a_request_may_come_byte_by_byte(server):
    data = b"POST /slow HTTP/1.1\r\nContent-Length: 2\r\n\r\nok"

    assert say(server, *(data[i : i + 1] for i in range(len(data)))).startswith(b"HTTP/1.1 200")
    assert server.requests[0].body == b"ok"


def test_lines_may_end_in_a_bare_newline(server):
    assert say(server, b"GET / HTTP/1.0\nX: y\n\n").startswith(b"HTTP/1.1 200")
    assert server.requests[0].header("X") == b"y"


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"GET",
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\n" + HOST,
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhell",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    ],
)
def test_half_a_request_is_no_request(server, half):
    with connect(server) as connection:
        connection.sendall(half)
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection) == b""

    assert server.requests == []
    assert say(server, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "nonsense",
    [
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
        b"GET / HTTP/1.1\r\n" + b"a\r\n" * arriving.LARGEST_HEAD + b"b\r\n",
        b"GET /" + b"x" * arriving.LARGEST_HEAD,
    ],
    ids=["negative", "word", "huge", "chunk negative", "chunk huge", "head without end", "line without end"],
)
def test_what_makes_no_sense_is_hung_up_on(server, nonsense):
    with connect(server) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(nonsense)  # the connection may be closed before all of it was read
        assert everything(connection) == b""

    assert server.requests == []


def test_an_answer_arrives_though_more_was_sent_than_asked_for(server):
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n" + b"x" * 200_000)

        assert everything(connection).endswith("🐎".encode())


def test_many_at_once_are_answered_and_recorded(server):
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(say(server, b"GET /%d HTTP/1.1\r\n\r\n" % n)))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(answers)) == 1
    assert sorted(server.asked("")) == sorted(f"GET /{n}" for n in range(20))


def test_an_answer_can_depend_on_the_request():
    server = ScriptedServer(lambda request: Answer.text(request.what))

    assert say(server, b"GET /me HTTP/1.1\r\n\r\n").endswith(b"GET /me")
    server.close()


def test_a_fault_of_the_script_is_not_hidden(monkeypatch):
    faults = []
    monkeypatch.setattr(threading, "excepthook", lambda fault: faults.append(fault.exc_type))
    server = ScriptedServer(lambda _: Answer.text("no", 1 // 0))

    assert say(server, b"GET / HTTP/1.1\r\n\r\n") == b""
    server.close()
    assert faults == [ZeroDivisionError]


def test_a_server_that_never_answers_waits_until_the_client_closes():
    with scripted(Answer.silence()) as server, connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert wait_until(lambda: server.asked("") == ("GET /",), 5)
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\n\r\n"])
def test_closing_waits_for_no_client(sent):
    threads = threading.active_count()
    with scripted(Answer.silence()) as server:
        connections = [connect(server) for _ in range(5)]
        for connection in connections:
            connection.sendall(sent)
        began = time.monotonic()

    assert time.monotonic() - began < 1
    assert threading.active_count() == threads
    for connection in connections:
        with connection, contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""


def test_nothing_listens_after_the_end(server: ScriptedServer):
    server.close()

    with pytest.raises(ConnectionRefusedError):
        connect(server)


def test_no_thread_outlives_its_server():
    before = threading.active_count()
    with scripted(WELCOME) as server:
        say(server, b"GET / HTTP/1.1\r\n\r\n")

    assert threading.active_count() == before
