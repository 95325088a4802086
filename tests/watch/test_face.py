"""A learner at a terminal: what stands on the screen leads from `kit start` to a step that passes, by keys alone."""

import re
import signal
import subprocess

import pytest

from grader.project.state import ProjectState
from tests.command import KIT, environment, kit
from tests.watch.driven import Terminal


@pytest.fixture
def terminal(nothing_left):
    """Run a program in a terminal; what it leaves behind fails the test."""
    made = []

    def run(*words, cwd, **more):
        made.append(Terminal([KIT, *words], cwd=cwd, env=environment(), **more))
        return made[-1]

    yield run
    for one in made:
        one.close()


def test_a_new_user_comes_from_kit_start_to_step_1_4_by_what_the_screen_says(tmp_path, terminal, port):
    started = terminal("start", "chat", cwd=tmp_path)
    assert started.ended() == 0
    assert re.search(r"cd chat +go there\n +kit watch +", started.text)

    chat = tmp_path / "chat"
    watch = terminal("watch", "--port", str(port), cwd=chat)
    shown = watch.until("1.4  Unknown paths and nonsense", "came      200 OK", "Change your code", without="checking")
    assert "3 newly passing (1.1, 1.2, 1.3), 0 broken" in shown.splitlines()[0]
    assert f"http://127.0.0.1:{port}/  your service" in shown
    assert "h hint" in shown

    watch.press("h")
    watch.until("hint 1  ")
    [asked] = re.findall(r"asked +(curl .*)", watch.text)
    home = chat / "server" / "home.py"
    assert "TODO 1.4" in home.read_text()
    [handler] = re.findall(r'@bp.get\("/<path:path>"\).*', home.read_text(), re.DOTALL)
    home.write_text(home.read_text().replace(handler, ""))

    shown = watch.until("1.5  A client that prints the answer", "1 newly passing (1.4), 0 broken", without="checking")
    assert "hint 1" not in shown
    line = asked.replace(":5000/", f":{port}/").replace("curl", "curl -s --retry 5 --retry-connrefused")
    assert subprocess.run(line, shell=True, capture_output=True, text=True, check=True).stdout.startswith(
        "HTTP/1.1 404"
    )

    watch.press("q")
    assert watch.ended() == 0
    assert "pass" in [
        step["outcome"] for step in ProjectState(chat).report()["stages"][0]["steps"] if step["id"] == "1.4"
    ]


@pytest.fixture
def chat(tmp_path):
    assert kit("start", "chat", cwd=tmp_path).status == 0
    return tmp_path / "chat"


def test_forty_columns_are_enough(chat, terminal, port):
    watch = terminal("watch", "--port", str(port), cwd=chat, columns=40)

    shown = watch.until("1.4  Unknown", "expected  404", "q quit", without="checking")
    watch.press("h")
    shown = watch.until("hint 1", "expected  404", "q quit")
    assert max(map(len, shown.splitlines())) <= 40
    watch.press("\x03")
    assert watch.ended() == 0
    assert "Traceback" not in watch.text


def test_a_pipe_gets_plain_lines_and_sigterm_ends_it(chat, port, nothing_left):
    watch = subprocess.Popen(
        [KIT, "watch", "--port", str(port)],
        cwd=chat,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watch.stdout is not None
    lines = []
    for line in watch.stdout:
        lines.append(line)
        if "your service" in line:
            break
    watch.send_signal(signal.SIGTERM)
    rest, errors = watch.communicate(timeout=30)

    text = "".join(lines) + rest
    assert lines[0] == "  checking 1.1\n"
    assert "✗ 1.4  Unknown paths and nonsense" in text
    assert "\x1b" not in text
    assert "h hint" not in text
    assert (watch.returncode, errors) == (0, "")


@pytest.mark.parametrize("until", ["checking 1.1", "your service"])
def test_ctrl_c_is_its_normal_end(chat, terminal, port, until):
    watch = terminal("watch", "--port", str(port), cwd=chat)
    watch.until(until)
    watch.press("\x03")

    assert watch.ended() == 0
    assert "kit: stopped" not in watch.text


def test_a_save_that_breaks_an_earlier_step_shows_that_step_and_whose_the_hint_is(chat, terminal, port):
    watch = terminal("watch", "--port", str(port), cwd=chat, rows=50)
    watch.until("1.4  Unknown", without="checking")
    watch.press("h")
    watch.until("  hint 1  ")
    home = chat / "server" / "home.py"
    text = home.read_text()
    home.write_text(f"{text}\ndef half(\n")

    shown = watch.until("✗ 1.2  ", "SyntaxError", "1.4  hint 1  ", without="checking")
    assert shown.index("✗ 1.2  ") < shown.index("1.4  Unknown")
    home.write_text(text)
    watch.until("✗ 1.4  ", "  hint 1  ", without="1.4  hint 1")


def test_a_reader_that_goes_away_ends_it(chat, port, nothing_left):
    line = f"{KIT} watch --port {port} | head -1"
    done = subprocess.run(line, shell=True, cwd=chat, env=environment(), capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("  checking 1.1\n", "")


def test_the_end_of_the_terminal_ends_it(chat, port, nothing_left):
    watch = Terminal([KIT, "watch", "--port", str(port)], cwd=chat, env=environment())
    watch.until("1.1", "checking")
    watch.close()

    assert watch.process.returncode in (0, -signal.SIGHUP)


def test_a_step_that_does_not_exist_is_said(chat):
    done = kit("watch", "1.99", cwd=chat)

    assert (done.status, done.text) == (2, 'kit: No step "1.99". Stage 01 has 1.1 to 1.10; see: kit')


def test_a_folder_without_a_project_is_said(tmp_path):
    done = kit("watch", cwd=tmp_path)

    assert done.status == 2
    assert "There is no project in" in done.text
