import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.assertions.expected import FAILURE_EXIT_CODES
from grader.client import program as client
from grader.client.scripted_server import Answer, scripted
from grader.errors import Failed, TooLate
from grader.project import config
from grader.system.process import Programs
from tests.projects import CHILD, DAEMON, project

URL = "http://127.0.0.1:1"


@pytest.fixture
def ping(tmp_path: Path, nothing_left: object, monkeypatch: pytest.MonkeyPatch) -> Callable[..., client.Run]:
    """Run a client that is given as Python code."""

    def run(code: str, *arguments: str, patience: float = 20.0) -> client.Run:
        monkeypatch.setattr(client, "PATIENCE", patience)
        return client.run(project(tmp_path, client=code), *arguments, server_url=URL)

    return run


def test_a_client_gets_its_arguments_as_they_are_and_the_url(ping):
    run = ping("import os, sys; print(sys.argv[1:], os.environ['SERVER_URL'])", "send", "a b", "", "ü'\"$x")

    assert run.stdout == f"['send', 'a b', '', 'ü\\'\"$x'] {URL}\n"
    assert run.request == f"SERVER_URL={URL} python client.py send 'a b' '' 'ü'\"'\"'\"$x'"


def test_a_client_knows_nothing_of_the_server(ping):
    run = ping("import os; print(sorted(set(os.environ) & {'PORT', 'DATABASE_URL'}))")

    assert run.stdout == "[]\n"


def test_results_and_complaints_are_kept_apart(ping):
    run = ping("import sys; print('found'); sys.exit('not found')")

    assert (run.stdout, run.stderr, run.exit_code) == ("found\n", "not found", 1)
    assert run.summary == 'exit code 1, "found" on stdout, "not found" on stderr'
    assert run.exit_code in FAILURE_EXIT_CODES


def test_a_client_that_says_nothing_is_described(ping):
    assert ping("").summary == "exit code 0, nothing printed"


def test_of_a_stack_trace_the_line_that_names_the_failure_is_shown(ping):
    assert ping("print('begun'); int('m-7')").summary == (
        'exit code 1, "begun" on stdout, "ValueError: invalid literal for int() with base 10: \'m-7\'" on stderr'
    )


def test_a_client_that_reads_stdin_waits_in_vain(ping, nothing_left):
    with pytest.raises(TooLate) as caught:
        ping("import sys; sys.stdin.read()", patience=0.5)

    assert caught.value.actual == "still running after 0.5 s"
    assert nothing_left() == set()


def test_a_client_that_never_ends_is_too_late_with_its_last_words(ping):
    never = "import sys, time; print('waiting', file=sys.stderr, flush=True); time.sleep(300)"
    with pytest.raises(TooLate) as caught:
        ping(never, patience=1.0)

    assert caught.value.expected == "an end within 15 s"
    assert caught.value.request == f"SERVER_URL={URL} python client.py"
    assert caught.value.log == "waiting"


def test_a_client_that_never_ends_may_print_for_ever(ping):
    began = time.monotonic()
    with pytest.raises(TooLate):
        ping("import itertools\nfor n in itertools.count(): print(n)", patience=0.5)

    assert time.monotonic() - began < 10


def test_a_megabyte_is_kept_whole(ping):
    run = ping("import sys; print('x' * 1_000_000); print('y' * 1_000_000, file=sys.stderr)")

    assert run.stdout == "x" * 1_000_000 + "\n"
    assert run.stderr == "y" * 1_000_000
    assert len(run.summary) < 500


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_an_end_by_a_signal_is_no_failure_code(ping, number):
    run = ping(f"import os; os.kill(os.getpid(), {int(number)})")

    assert run.exit_code not in FAILURE_EXIT_CODES
    assert run.exit_code.actual_text().startswith(f"killed by {number.name}")


def test_bytes_that_are_no_utf_8_are_bearable(ping):
    run = ping("import sys; sys.stdout.buffer.write(b'caf\\xe9 \\xf0\\x9f\\x90\\x8e')")

    assert run.stdout == "caf\ufffd 🐎"


def test_output_is_utf_8_by_itself(ping):
    assert "žluťoučký κόσμος 🐎" in ping("print('žluťoučký κόσμος 🐎')").stdout


@pytest.mark.parametrize("other", [CHILD, DAEMON], ids=["child", "daemon"])
def test_a_program_that_a_client_leaves_behind_is_ended(ping, nothing_left, other):
    began = time.monotonic()
    run = ping(f"{other}\nprint('done')")

    assert run.stdout == "done\n"
    assert nothing_left() == set()
    assert time.monotonic() - began < 10


def test_a_project_without_a_client_is_told_what_to_write(tmp_path):
    project(tmp_path)
    (tmp_path / "service.toml").write_text('[server]\ncommand = "true"\n')

    with pytest.raises(Failed) as caught:
        client.run(config.read(tmp_path), "ping", server_url=URL)

    assert caught.value.actual == "service.toml does not say how to start the client"
    assert caught.value.expected == "command = [...] under [client]"


def test_a_client_that_cannot_be_run_is_one_sentence(tmp_path):
    project(tmp_path)
    (tmp_path / "service.toml").write_text('[server]\ncommand = "true"\n[client]\ncommand = "./chat"\n')

    with pytest.raises(Failed) as caught:
        client.run(config.read(tmp_path), "ping", server_url=URL)

    assert caught.value.actual == '"./chat" does not exist.'


def test_two_clients_of_one_server_spare_each_other(tmp_path, nothing_left):
    patient = project(tmp_path, client="import sys, time; print('up', flush=True); time.sleep(float(sys.argv[1]))")
    with scripted(Answer.silence()) as server:
        programs = Programs()

        def run(seconds):
            return client.run(patient, seconds, server_url=server.url, programs=programs).exit_code

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(run, ("0.4", "0"))) == [0, 0]
