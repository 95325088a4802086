import pytest

from grader.errors import TooLate
from grader.service import shutdown
from grader.service.slow import Kind, held, in_pieces, on_one_connection

HEAD = "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi"
THREADED = f"""
import os, signal, socket, sys, threading
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
signal.signal(signal.SIGTERM, lambda *_: sys.exit())

def answer(connection):
    with connection:
        data = b""
        while more := connection.recv(65536):
            data += more
            if data.endswith(b"\\r\\n\\r\\n"):
                data = b""
                connection.sendall(b"{HEAD}")

while True:
    threading.Thread(target=answer, args=(listener.accept()[0],), daemon=DAEMON).start()
"""


@pytest.fixture
def running(service):
    made = service(THREADED.replace("DAEMON", "True"))
    made.start()
    return made


@pytest.mark.parametrize("kind", Kind)
def test_what_is_asked_beside_silent_connections_shows_them(running, kind):
    with held(running, [kind] * 6):
        assert running.get("/").request.startswith("for n in $(seq 6); do sleep 60 | nc 127.0.0.1 5000 & done; curl ")

    assert running.get("/").request.startswith("curl ")


def test_pieces_and_a_kept_connection_are_answered(running):
    replies = on_one_connection(running, [("GET", "/", b"")] * 2)

    assert in_pieces(running, "GET", "/").body == b"hi"
    assert [reply.body for reply in replies] == [b"hi"] * 2


def test_a_server_that_waits_for_a_silent_connection_is_told_so(service, monkeypatch):
    monkeypatch.setattr(shutdown, "STOP_PATIENCE", 0.5)
    made = service(THREADED.replace("DAEMON", "False"))
    made.start()

    with held(made, (Kind.NOTHING, Kind.REQUEST)) as connections, pytest.raises(TooLate) as caught:
        made.stop(connections).in_time()

    said = "still running 0.5 s after SIGTERM, until a silent connection was closed: python server.py (pid "
    assert caught.value.actual.startswith(said)
    assert caught.value.request.startswith("sleep 60 | nc 127.0.0.1 5000 & kill -TERM $PID")


def test_a_server_that_waits_for_nobody_ends(running):
    with held(running, (Kind.NOTHING, Kind.REQUEST)) as connections:
        assert running.stop(connections).in_time().exit_code == 0
