import os
import re
import signal
import socket
import time

import pytest

from grader.errors import Failed, MachineError, TooLate
from grader.service import migrate, shutdown
from grader.service.server import Service
from grader.system import ports
from grader.system.ports import Port, is_free
from grader.system.process import KEPT, wait_until
from tests import projects
from tests.projects import ANSWERING, CHILD, DAEMON

IGNORING = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
LISTENING = 'import os, socket, time\nlistener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))\n'
FORKING = "import os\nif os.fork():\n    {parent}\n"
DYING = ANSWERING.replace(
    "if connection.recv(65536):", "if b'/die' in connection.recv(65536): os._exit(7)\n        else:"
)


def refusal(service: Service, kind: type[Failed] = Failed) -> Failed:
    """Start a service that can't be started, and return the exception."""
    with pytest.raises(kind) as caught:
        service.start()
    assert type(caught.value) is kind
    return caught.value


def test_a_server_is_ready_when_it_answers(service):
    made = service()
    made.start()

    assert made.running
    assert 0 < made.seconds_to_ready < 20
    assert made.get("/").status == 200


def test_a_server_that_dies_at_start_is_noticed_at_once_with_its_last_lines(service):
    began = time.monotonic()
    failure = refusal(service("print('first'); raise ValueError('no such setting')"))

    assert time.monotonic() - began < 10
    assert failure.actual == "the server stopped before it answered (exit code 1)"
    assert failure.expected == "an answer to GET / on the port in PORT within 20 s"
    assert failure.request == "PORT=5000 DATABASE_URL=sqlite:////tmp/app.db python server.py"
    assert failure.log.startswith("ValueError: no such setting\n  File ")


def test_a_server_that_dies_of_its_first_request_is_no_riddle(service):
    failure = refusal(service(LISTENING + "listener.accept()\nprint('oh')\nos.abort()"))

    assert failure.actual == "the server stopped before it answered (killed by SIGABRT)"
    assert failure.log == "oh"


def test_a_server_that_listens_elsewhere_is_told_where(service):
    elsewhere = (
        'import socket, time\ns = socket.create_server(("127.0.0.1", 0))\nprint(s.getsockname()[1], flush=True)\n'
    )
    failure = refusal(service(elsewhere + "time.sleep(300)", start_timeout=1), TooLate)

    assert failure.actual == f"no program listened on the port in PORT; the server listens on {failure.log} instead"


def test_a_server_at_another_address_is_told_so(service):
    other = LISTENING.replace("127.0.0.1", "::1").replace("])))", "])), family=socket.AF_INET6)")
    failure = refusal(service(other + "time.sleep(300)", start_timeout=1), TooLate)

    assert failure.actual == "the server listens on the port in PORT, but not at 127.0.0.1"


def test_a_server_that_never_listens_is_too_late(service):
    failure = refusal(service("print('busy', flush=True)\nimport time\ntime.sleep(300)", start_timeout=0.4), TooLate)

    assert failure.actual == "no program listened on the port in PORT"
    assert failure.log == "busy"


@pytest.mark.parametrize(
    "beginning", [LISTENING, LISTENING + "c, _ = listener.accept()\nc.send(b'HTTP')\n"], ids=["silent", "half"]
)
def test_a_server_that_never_answers_is_too_late(service, beginning):
    failure = refusal(service(beginning + "time.sleep(300)", start_timeout=1), TooLate)

    assert failure.actual == "no complete answer within 1 s"
    assert failure.expected == "an answer to GET / on the port in PORT within 1 s"


def test_something_that_is_not_http_is_said(service):
    failure = refusal(service(LISTENING + "listener.accept()[0].send(b'+PONG\\r\\n\\r\\n')\ntime.sleep(300)"))

    assert failure.actual.startswith("something that is not HTTP")


@pytest.mark.parametrize("end", ["\\n", ""], ids=["lines", "no newline"])
def test_a_server_that_floods_its_output_goes_on_answering(service, end):
    flood = f"import threading\ndef flood():\n    while True: print('x' * 999, end='{end}')\n"
    made = service(f"{flood}threading.Thread(target=flood, daemon=True).start()\n{ANSWERING}")
    made.start()

    assert wait_until(lambda: made.process.output.total > 4 * KEPT, 10)
    assert made.get("/").status == 200
    assert len(made.process.output.bytes) == KEPT
    assert len(made.log) < 13 * 1000


def test_a_server_ends_on_sigterm(service):
    made = service()
    made.start()

    stopped = made.stop().in_time()

    assert stopped.exit_code == -signal.SIGTERM
    assert stopped.listening == ()
    assert not made.running


def test_a_server_that_ignores_sigterm_is_too_late_and_then_gone(service, nothing_left, monkeypatch):
    monkeypatch.setattr(shutdown, "STOP_PATIENCE", 0.3)
    made = service(IGNORING + ANSWERING)
    made.start()

    stopped = made.stop()

    assert nothing_left() == set()
    with pytest.raises(TooLate) as caught:
        stopped.in_time()
    assert re.fullmatch(r"still running 0.3 s after SIGTERM: python server.py \(pid \d+\)", caught.value.actual)


@pytest.mark.parametrize("other", [CHILD, DAEMON], ids=["child", "daemon"])
def test_whoever_is_left_behind_is_gone_afterwards(service, nothing_left, other):
    made = service(other + ANSWERING)
    made.start()
    assert len(nothing_left()) == 2

    stopped = made.stop().in_time()

    assert stopped.listening == ()
    assert nothing_left() == set()


def test_a_child_that_goes_on_listening_is_noticed(service, nothing_left, monkeypatch):
    monkeypatch.setattr(shutdown, "STOP_WITHIN", 0.5)
    made = service(ANSWERING.replace("while True", "os.fork()\nwhile True"))
    made.start()

    stopped = made.stop().in_time()

    (left,) = stopped.listening
    assert re.search(r"though the started process has ended: python server.py \(pid \d+\)$", left)
    assert nothing_left() == set()
    assert is_free(made.port.number)


@pytest.mark.parametrize("session", ["", "os.setsid()\n"])
def test_a_server_that_runs_in_the_background_is_told_to_stay(service, nothing_left, session):
    failure = refusal(service(FORKING.format(parent="os._exit(0)") + session + ANSWERING))

    said = "the started process ended and left another one in the background: python server.py (pid"
    assert failure.actual.startswith(said)
    assert failure.expected == "a server that stays in the foreground"


def test_a_port_taken_meanwhile_is_exchanged_for_another(service):
    made = service()
    first = made.port.number
    with socket.create_server(("127.0.0.1", first)):
        made.start()

        assert made.port.number != first
        assert made.get("/").status == 200


def test_a_port_taken_at_another_address_is_exchanged_too(service):
    made = service(ANSWERING.replace("127.0.0.1", "0.0.0.0"))
    first = made.port.number
    with socket.create_server(("127.0.0.2", first)):
        made.start()

        assert made.port.number != first


def test_a_port_that_was_given_is_not_exchanged(tmp_path, resources):
    port = Port()
    made = Service(projects.project(tmp_path), resources, resources.fresh("data"), port=port)
    with socket.create_server(("127.0.0.1", port.number)), pytest.raises(MachineError) as caught:
        made.start()
    made.kill()

    assert str(caught.value) == "The server's port was taken by another program, again and again."
    assert ports._lock(port.number) is None, "it is still reserved"
    port.release()


def test_a_command_that_does_not_exist_is_one_sentence(service):
    assert refusal(service(command="./missing")).actual == '"./missing" does not exist.'


def test_placeholders_are_filled_and_migrate_runs_first(service, tmp_path):
    migrate = "import os, sys; open(sys.argv[1] + '/made', 'w').write(os.environ['PORT'])"
    serve = f"import sys\nassert open(sys.argv[2] + '/made').read() == sys.argv[1]\n{ANSWERING}"
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "migrate.py").write_text(migrate)

    made = service(serve, command="python server.py {port} {data}", more='migrate = "python migrate.py {data}"')
    made.start()

    assert (made.data / "made").read_text() == str(made.port.number)


def test_a_failing_migrate_is_shown_with_what_it_printed(service):
    failure = refusal(service(more="""migrate = ["python", "-c", "print('no table'); raise SystemExit(3)"]"""))

    assert failure.actual == "migrate ended with exit code 3"
    assert failure.request.startswith("PORT=5000 DATABASE_URL=sqlite:////tmp/app.db python -c ")
    assert failure.log == "no table"


def test_a_hanging_migrate_is_too_late_and_gone(service, nothing_left, monkeypatch):
    monkeypatch.setattr(migrate, "MIGRATE_WITHIN", 0.3)

    failure = refusal(service(more='migrate = "sleep 300"'), TooLate)

    assert failure.actual == "migrate still running after 0.3 s"
    assert nothing_left() == set()


def test_what_migrate_leaves_running_is_ended_before_the_server_starts(service, nothing_left):
    made = service(more='migrate = ["sh", "-c", "sleep 300 & exit 0"]')
    made.start()

    assert nothing_left() == {made.process.pid}


def test_two_services_on_one_database_spare_each_other(service, tmp_path, resources):
    first = service(DAEMON + ANSWERING)
    first.start()
    second = Service(first.project, resources, first.data)
    (tmp_path / "project" / "daemon").unlink()
    second.start()

    second.kill()

    assert len(first.process.tree()) == 2
    assert first.get("/").status == 200


def test_a_server_that_dies_in_mid_check_is_one_sentence(service):
    made = service("print('so long', flush=True)\n" + DYING)
    made.start()

    with pytest.raises(Failed) as caught:
        made.get("/die")

    assert caught.value.actual == "the server stopped (exit code 7)"
    assert caught.value.request == f"curl -i 'http://127.0.0.1:{5000}/die'"
    assert caught.value.log == "so long"


def test_a_dead_server_refuses_nothing_but_says_so(service):
    made = service(DYING)
    made.start()
    os.kill(made.process.pid, signal.SIGKILL)
    made.process.wait(5)

    with pytest.raises(Failed) as caught:
        made.raw(b"GET")

    assert caught.value.actual == "the server stopped (killed by SIGKILL)"


def test_a_service_lives_twice_on_the_same_port_with_the_same_data(service):
    made = service()
    made.start()
    number = made.port.number
    made.stop()
    made.launch()
    assert made.seconds_to_ready == 0.0

    made.ready()

    assert made.port.number == number
    assert made.get("/").status == 200


def test_killing_gives_the_port_back_and_twice_is_once(service):
    made = service()
    made.start()

    made.kill()
    made.kill()

    assert not ports._path(made.port.number).exists()
    assert is_free(made.port.number)
