import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.errors import Failed
from grader.system import process_tree
from grader.system.process import KEPT, Process, Programs, how_it_ended, wait_until
from tests.projects import CHILD, DAEMON

MARK = "PORT=1"
ESCAPED = """
import os
if os.fork() == 0:
    os.setsid()
    os.fork() and os._exit(0)
    os.execve("/bin/sleep", ["sleep", "300"], {})
os.wait()
print("up")
"""
"""A daemon without the mark in its environment: the kit finds it only at the end of the run."""


@pytest.fixture
def start(tmp_path: Path, nothing_left: object) -> Iterator[Callable[..., Process]]:
    """Start programs in the test's folder. A program given as a string is Python code."""
    started = []

    def run(program: str | list[str], **more: object) -> Process:
        argv = [sys.executable, "-c", program] if isinstance(program, str) else program
        env = {"PATH": os.environ["PATH"], "PORT": "1"}
        started.append(Process(argv, **{"cwd": tmp_path, "env": env, "mark": MARK, **more}))
        return started[-1]

    yield run
    for process in started:
        process.kill()


def said(process: Process, text: str) -> bool:
    return wait_until(lambda: text in process.output.text, 10)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(
    ("program", "ended"),
    [
        ("pass", "exit code 0"),
        ("raise SystemExit(3)", "exit code 3"),
        ("import os; os.kill(os.getpid(), 11)", "killed by SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGRTMIN + 3)", "killed by signal 37"),
    ],
)
def test_the_end_is_said_as_people_do(start, program, ended):
    assert how_it_ended(start(program).wait(10)) == ended


def test_a_program_gets_the_given_environment_and_no_more(start):
    process = start(["env"])
    process.wait(10)
    process.kill()

    assert sorted(process.output.text.split()) == sorted([f"PATH={os.environ['PATH']}", "PORT=1"])


def test_both_streams_come_together_unless_kept_apart(start):
    code = "import sys; print('results'); print('complaints', file=sys.stderr)"
    together, apart = start(code), start(code, apart=True)
    # They have the same mark, so the end of one is the end of the other.
    assert [process.wait(10) for process in (together, apart)] == [0, 0]
    for process in (together, apart):
        process.kill()

    assert "results" in together.output.text
    assert "complaints" in together.output.text
    assert (apart.output.text, apart.errors.text) == ("results\n", "complaints\n")


@pytest.mark.parametrize("end", ["\\n", ""], ids=["lines", "no newline"])
def test_a_flood_is_drained_and_only_its_tail_kept(start, end):
    process = start(
        f"import sys\nfor _ in range(300): sys.stdout.write('x' * 99_999 + '{end}')\nprint('the last word')"
    )

    assert process.wait(30) == 0
    process.kill()
    assert process.output.total > 29_000_000
    assert len(process.output.bytes) == KEPT
    assert process.output.text.endswith("the last word\n")


def test_more_is_kept_where_somebody_asks_for_it(start):
    process = start("print('begin' + 'x' * 1_000_000)", keep=2_000_000)
    process.wait(10)
    process.kill()

    assert process.output.text.startswith("begin")


def test_bytes_that_are_no_text_are_bearable(start):
    process = start("import sys; sys.stdout.buffer.write(b'one\\n\\xff\\xfe two\\n')")
    process.wait(10)
    process.kill()

    assert process.output.text == "one\n\ufffd\ufffd two\n"


def test_stdin_is_open_and_silent(start):
    process = start("import select, sys; print(select.select([sys.stdin], [], [], 0.2)[0])")
    process.wait(10)
    process.kill()

    assert process.output.text == "[]\n"


def test_sigterm_goes_to_nobody_but_the_started_process(start, tmp_path):
    process = start(CHILD + "print('up', flush=True)\nimport signal\nsignal.pause()")
    said(process, "up")
    child = int((tmp_path / "child").read_text())

    process.terminate()

    assert process.wait(10) == -signal.SIGTERM
    assert process.tree() == [child]


def test_a_second_sigterm_to_a_dead_process_is_nothing(start):
    process = start("pass")
    process.wait(10)

    process.terminate()

    assert process.exit_code == 0


@pytest.mark.parametrize("leader", ["import time\ntime.sleep(300)", "raise SystemExit(1)"], ids=["alive", "dead"])
@pytest.mark.parametrize("start_other", [CHILD, DAEMON], ids=["child", "daemon"])
def test_killing_ends_whatever_was_started(start, nothing_left, start_other, leader):
    process = start(start_other + leader)
    there = 2 if "sleep" in leader else 1
    assert wait_until(lambda: len(process.tree()) == there and process.exit_code is (None if there > 1 else 1), 10)

    process.kill()

    assert nothing_left() == set()
    assert process.tree() == []


def test_killing_twice_at_the_same_moment_is_killing_once(start):
    process = start("import time; time.sleep(300)")
    threads = [threading.Thread(target=process.kill) for _ in range(8)]
    for thread in threads:
        thread.start()
    with open(os.devnull) as innocent:  # noqa: PTH123 - it may get the descriptor that was just closed
        for thread in threads:
            thread.join()
        process.kill()

        assert innocent.read() == ""
    assert process.exit_code == -signal.SIGKILL


def test_killing_one_program_spares_another_with_the_same_mark(start):
    programs = Programs()
    spared = start("import time; time.sleep(300)", programs=programs)
    other = start(DAEMON, programs=programs)
    other.wait(10)

    other.kill()

    assert spared.exit_code is None
    assert spared.tree() == [spared.pid]


def test_output_that_somebody_else_keeps_open_holds_nobody_up(start, tmp_path, nothing_left):
    process = start(ESCAPED)
    process.wait(10)
    began = time.monotonic()

    process.kill()

    assert time.monotonic() - began < 5
    assert process.output.text == "up\n"
    assert process_tree.kill(nothing_left()) == []


def test_every_start_is_recorded_and_an_ended_program_is_forgotten(start):
    recorded = []
    programs = Programs(recorded.append)
    first, second = start(["true"], programs=programs), start(["true"], programs=programs)

    first.kill()

    assert recorded == [first.pid, second.pid]
    assert programs.pids == {second.pid}


def test_the_programs_of_a_run_are_ended_together_and_those_of_another_are_spared(start, nothing_left):
    mine, other = Programs(), Programs()
    start(CHILD + "import time; time.sleep(300)", programs=mine)
    start(DAEMON, programs=mine)
    spared = start("import time; time.sleep(300)", programs=other, env={"PORT": "2"}, mark="PORT=2")

    mine.kill()

    assert nothing_left() == {spared.pid}
    assert (mine.pids, other.pids) == (set(), {spared.pid})


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no-such-program", 'There is no program "no-such-program" on PATH.'),
        ("server.py", 'There is no program "server.py" on PATH; the file in this folder would be "./server.py".'),
        ("./missing", '"./missing" does not exist.'),
        ("./folder", '"./folder" is a folder, not a program.'),
        ("./server.py", '"./server.py" may not be run: is it marked as executable?'),
        ("./odd", '"./odd" begins with a #! line that names no program.'),
        ("./windows", '"./windows" begins with a #! line that names no program.'),
        ("./plain", '"./plain" cannot be run: Exec format error.'),
        ("./server.py/x", '"./server.py/x" cannot be run: Not a directory.'),
        ("x" * 300, f'"{"x" * 300}" cannot be run: File name too long.'),
    ],
)
def test_a_command_that_cannot_be_run_is_one_sentence(start, tmp_path, name, sentence):
    (tmp_path / "folder").mkdir()
    (tmp_path / "server.py").write_text("pass")
    for script, content in {"odd": "#!/no/such/python\n", "windows": "#!/bin/sh\r\n", "plain": "\0"}.items():
        (tmp_path / script).write_text(content)
        (tmp_path / script).chmod(0o755)

    with pytest.raises(Failed) as caught:
        start([name])

    assert caught.value.actual == sentence


def test_a_script_on_path_whose_interpreter_is_gone_is_named(start, tmp_path):
    (tmp_path / "gunicorn").write_text("#!/moved/.venv/bin/python\n")
    (tmp_path / "gunicorn").chmod(0o755)

    with pytest.raises(Failed) as caught:
        start(["gunicorn"], env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "PORT": "1"})

    said = f'"gunicorn" on PATH is {tmp_path}/gunicorn, which begins with a #! line that names no program.'
    assert caught.value.actual == said


def test_a_failed_start_leaves_no_descriptor_open(start):
    with pytest.raises(Failed):
        start(["./missing"])
    before = descriptors()
    with pytest.raises(Failed):
        start(["./missing"])

    assert descriptors() == before


def test_an_ended_process_leaves_no_descriptor_open(start):
    start(["true"]).kill()
    before = descriptors()

    start(["true"], apart=True).kill()

    assert descriptors() == before


def test_waiting_for_a_condition_has_a_limit():
    assert not wait_until(lambda: False, 0.05)
    assert wait_until(lambda: True, 0)
