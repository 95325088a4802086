"""The command `kit` as a learner types it: one clear sentence and the right exit status for every input."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader import cli
from grader.course import ROOT
from grader.system.ports import Port
from grader.system.process import wait_until
from tests.command import KIT, environment, kit
from tests.real_course import COURSE

UNKNOWN = {"GIT_CONFIG_NOSYSTEM": "1", "XDG_CONFIG_HOME": os.devnull}
"""With these and an empty HOME, git knows no author."""


@pytest.fixture
def chat(tmp_path):
    assert kit("start", "chat", cwd=tmp_path).status == 0
    return tmp_path / "chat"


def test_a_new_project_is_a_clean_repository_with_one_commit(chat):
    def git(*words):
        return subprocess.run(["git", *words], cwd=chat, capture_output=True, text=True, check=True).stdout

    assert len(git("log", "--oneline").splitlines()) == 1
    assert git("status", "--porcelain") == ""


def test_whoever_git_does_not_know_gets_the_lines_that_introduce_them_each_on_one_line(tmp_path):
    home = tmp_path / "home"
    home.mkdir()

    said = kit("start", "chat", cwd=tmp_path, HOME=str(home), COLUMNS="80", **UNKNOWN).stdout.splitlines()

    assert [line.split("  ")[1] for line in said if "git config" in line] == [
        "git config --global user.name NAME",
        "git config --global user.email NAME@localhost",
    ]


def test_the_first_check_shows_one_thing_to_fix_a_line_to_paste_and_the_hint_command(chat):
    done = kit("check", cwd=chat)

    assert done.status == 1
    assert done.text.count("expected") == 1
    assert "curl -i 'http://127.0.0.1:5000/" in done.stdout
    assert "kit hint 1.4" in done.stdout
    assert "… 41 steps beyond" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_last_passing_step_is_tagged_once_on_a_clean_tree(chat):
    (chat / "notes.txt").write_text("not committed")
    kit("check", cwd=chat)
    assert _tags(chat) == []
    (chat / "notes.txt").unlink()

    kit("check", cwd=chat)
    kit("check", "1.2", cwd=chat)

    assert _tags(chat) == ["step-1.3"]


def test_kit_alone_shows_where_you_are(tmp_path, chat):
    assert "kit start ~/chat" in kit(cwd=tmp_path).stdout
    assert "Nothing was checked here yet." in kit(cwd=chat).text
    kit("check", cwd=chat)

    assert "3 of 10 steps" in kit(cwd=chat).stdout
    (chat / "server" / "more.py").write_text("")
    assert "files have changed since" in kit(cwd=chat).text


def test_hints_come_one_level_at_a_time_and_then_stay(chat):
    hints = COURSE.find_step("1.3").hints
    shown = [kit("hint", "1.3", cwd=chat).text for _ in range(3)]

    assert [sum(hint.replace("`", "") in text for hint in hints) for text in shown] == [1, 2, 2]
    assert "hint 1 of 2" in shown[0]


def test_the_hint_is_for_the_step_you_are_at(chat):
    kit("check", cwd=chat)

    assert "1.4" in kit("hint", cwd=chat).stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["check", "5"], 'No stage "5". There are 01 to 04; see: kit'),
        (["check", "1.77"], 'No step "1.77". Stage 01 has 1.1 to 1.10; see: kit'),
        (["check", "1,4"], 'No step "1,4". A step is written as 1.4, with a point; see: kit'),
        (["hint", "1-4"], 'No step "1-4". A step is written as 1.4, with a point; see: kit'),
        (["hint", "nothing"], 'No stage "nothing".'),
        (["help", "chek"], "Did you mean 'check'?"),
        (["serve", "--port", "abc"], "'--port': a whole number from 1 to 65535 is needed, not 'abc'."),
        (["phone", "--port", "70000"], "'--port': a whole number from 1 to 65535 is needed, not '70000'."),
        (["load", "reads", "--rate", "fast"], "'--rate': a number from 0.1 to 20000 is needed, not 'fast'."),
        (["reset", "1.3", "--back", "0"], "'--back': a whole number from 1 up is needed, not '0'."),
        (["check", "--project", "nowhere"], 'There is no folder "nowhere".'),
        (["grade", "nowhere"], 'There is no folder "nowhere".'),
        (["grade", ".", "--stages", "3-2"], '"3-2" is no range of stages; write 1-4 or one stage.'),
        (["grade", ".", "--stages", "2-7"], 'No stage "7".'),
        (["grade", ".", "--stages", "x"], 'No stage "x".'),
        (["grade", ".", "..", "--json", "x.json"], "--json takes the report of one project"),
        (["start", "chat", "too", "many"], "kit start takes a folder"),
        (["start", "07", "new"], 'No stage "07".'),
        (["start", "."], "is not empty"),
        (["chek"], "Did you mean 'check'?"),
        (["grade"], "Missing argument"),
        (["check", "--project", "service.toml"], "is a file; name the folder of a project"),
    ],
)
def test_what_does_not_exist_is_one_sentence_and_status_2(chat, words, sentence):
    done = kit(*words, cwd=chat)

    assert done.status == 2
    assert sentence in done.text
    assert "Traceback" not in done.text


@pytest.mark.parametrize("words", [[], ["check"], ["worksheet", "measure"]], ids=" ".join)
def test_help_is_a_word_too_and_no_command_of_the_list(tmp_path, words):
    done = kit("help", *words, cwd=tmp_path)

    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == kit(*words, "--help", cwd=tmp_path).stdout
    assert not re.search(r"(?m)^  help\b", done.stdout)


def test_an_unreadable_folder_is_one_sentence(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "closed").mkdir(mode=0)

    done = kit("check", "--project", "closed", cwd=tmp_path)

    assert (done.status, "cannot be read: permission denied" in done.text) == (2, True)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no service.toml in"),
        ("", "service.toml is empty"),
        (
            '[server]\ncommand = "python"\nstart_timout_s = 3\n',
            'unknown key "start_timout_s" under [server]; did you mean "start_timeout_s"?',
        ),
        ('[server]\ncommand = "python\n', "service.toml is not valid TOML"),
        ('[server]\ncommand = "no-such-program --port"\n', 'There is no program "no-such-program"'),
    ],
)
def test_a_service_toml_that_cannot_be_used_fails_1_2_and_says_why(chat, content, sentence):
    (chat / "service.toml").unlink()
    if content is not None:
        (chat / "service.toml").write_text(content)

    done = kit("check", cwd=chat)

    assert done.status == 1
    assert sentence in done.text
    assert "✓ 1.1" in done.stdout
    assert "✗ 1.2" in done.stdout


def test_the_seed_repeats_what_is_drawn(chat):
    def asked():
        return [line for line in kit("check", "--seed", "7", cwd=chat).stdout.splitlines() if "curl" in line]

    assert asked() == asked() != []


def test_a_held_failure_waits_for_enter_with_the_server_up(chat):
    run = subprocess.Popen(
        [KIT, "check", "--hold"], cwd=chat, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    shown = ""
    while "until you press Enter" not in shown:
        shown += run.stdout.readline()
    number = re.search(r"server +http://127.0.0.1:(\d+)/", shown).group(1)
    assert f"curl -i 'http://127.0.0.1:{number}/" in shown
    assert _answers(number)

    rest, _ = run.communicate("\n", timeout=20)

    assert run.returncode == 1
    assert "✗ 1.4" in rest
    assert "curl -i 'http://127.0.0.1:5000/" in rest
    assert not _answers(number)


def test_where_nobody_can_press_enter_nothing_waits(chat):
    done = kit("check", "1", "--hold", cwd=chat)

    assert done.status == 1
    assert "until you press Enter. ✗ 1.4" in done.text
    assert "… 6 steps beyond" in done.text


def test_after_a_failure_of_the_client_its_server_can_be_asked_for(chat):
    assert "kit check 1.5 --hold again, and the server in that line stays up" in kit("check", "1.5", cwd=chat).text


def test_ctrl_c_ends_everything_with_130(tmp_path, chat):
    (chat / "server" / "__main__.py").write_text(
        "import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(60)\n"
    )
    run = subprocess.Popen(
        [KIT, "check"], cwd=chat, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert wait_until((chat / "begun").exists, 20)

    run.send_signal(signal.SIGINT)
    _, complained = run.communicate(timeout=20)

    assert run.returncode == 130
    assert complained.strip() == "kit: stopped."
    assert wait_until(lambda: _processes_in(chat) == [], 5)


def test_serve_runs_the_service_until_ctrl_c_and_keeps_its_data(chat):
    port = Port()
    number = str(port.number)
    run = subprocess.Popen(
        [KIT, "serve", "--port", number],
        cwd=chat,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert wait_until(lambda: _answers(number), 20)
        taken = kit("serve", "--port", number, cwd=chat)
        assert (taken.status, f"Port {number} is taken" in taken.text) == (2, True)
    finally:
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=20)
        port.release()

    assert run.returncode == 0
    assert not _answers(number)
    assert (chat / ".kit" / "data").is_dir()
    assert (
        subprocess.run(["git", "status", "--porcelain"], cwd=chat, capture_output=True, text=True, check=True).stdout
        == ""
    )


def test_doctor_says_what_this_machine_can_check(tmp_path):
    done = kit("doctor", cwd=tmp_path)

    assert done.status in (0, 4)
    assert "Python" in done.stdout


def test_doctor_names_the_remedy_where_git_is_missing(tmp_path):
    (tmp_path / "bin").mkdir()
    done = kit("doctor", cwd=tmp_path, PATH=str(tmp_path / "bin"))

    assert done.status == 4
    assert "install git" in done.text


def test_without_git_steps_that_need_it_are_left_out(tmp_path, chat):
    (tmp_path / "bin").mkdir()
    report = tmp_path / "report.json"
    kit("grade", chat, "--load", "none", "--stages", "1", "--json", report, cwd=tmp_path, PATH=str(tmp_path / "bin"))

    steps = {step["id"]: step for step in json.loads(report.read_text())["stages"][0]["steps"]}
    assert (steps["1.1"]["outcome"], steps["1.1"]["because"], steps["1.1"]["max_points"]) == (
        "not_checked",
        "machine",
        0,
    )
    assert steps["1.3"]["outcome"] == "pass"


@pytest.mark.parametrize("command", [None, *sorted(cli.cli.commands)])
def test_every_command_has_help_with_an_example(tmp_path, command):
    done = kit(*([command] if command else []), "--help", cwd=tmp_path)

    assert done.status == 0
    assert "Example:  kit" in done.stdout


def test_the_help_of_grade_says_what_is_written(tmp_path):
    assert (
        "For one project, kit writes a file only with --json or --report." in kit("grade", "--help", cwd=tmp_path).text
    )


def test_a_failed_step_is_next_after_a_later_one_that_passed(tmp_path, as_a_project):
    project = as_a_project(ROOT / "solutions" / "01-scaffolding")
    client = project / "client" / "__main__.py"
    whole = client.read_text()
    client.write_text("raise SystemExit(3)\n")
    assert kit("check", "1.5", cwd=project).status == 1
    assert "kit check 1.3 next: An answer at /" in kit("check", "1.2", cwd=project).text

    after = kit("check", "1.7", cwd=project)
    assert (after.status, "kit check 1.5 still open: A client that prints the answer" in after.text) == (0, True)

    client.write_text(whole)
    assert kit("check", "1.5", cwd=project).status == 0
    assert "kit check 1.8 next: " in kit("check", "1.7", cwd=project).text


def _tags(folder: Path) -> list[str]:
    return subprocess.run(["git", "tag"], cwd=folder, capture_output=True, text=True, check=True).stdout.split()


def _answers(port: str) -> bool:
    return (
        subprocess.run(["curl", "-sf", f"http://127.0.0.1:{port}/"], capture_output=True, check=False).returncode == 0
    )


def _processes_in(folder: Path) -> list[str]:
    """List the processes that work in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if entry.readlink() == folder:
                found.append(entry.parent.name)
        except OSError:
            continue
    return found


def test_what_passed_before_is_checked_again_only_to_explain_a_failure(chat):
    kit("check", "1.3", cwd=chat)
    assert "✓ 1.2   A server that starts and stops when told   (passed before)" in kit("check", "1.3", cwd=chat).stdout

    (chat / "server" / "__main__.py").write_text("raise SystemExit('not today')\n")
    done = kit("check", "1.3", cwd=chat)

    assert done.status == 1
    assert "✗ 1.2" in done.stdout
    assert "needs 1.2" in done.stdout
    assert "not today" in done.stdout


def test_one_check_function_is_run_on_one_project_and_nothing_is_remembered(chat):
    done = kit("check", "1.4", "--only", "test_an_unknown_path_is_not_found", cwd=chat)

    assert done.status == 1
    assert "1.2 " not in done.text
    assert not (chat / ".kit" / "report.json").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["1.4", "--only", "test_nothing"],
            'Step 1.4 has no check "test_nothing". It has: test_an_unknown_path',
        ),
        (["--only", "test_it"], "--only names a check of one step; name the step before it: kit check 2.3 --only NAME"),
        (["1", "--only", "test_it"], "--only names a check of one step; name the step before it"),
    ],
)
def test_a_check_that_is_not_there_is_one_sentence(chat, words, sentence):
    done = kit("check", *words, cwd=chat)

    assert done.status == 2
    assert sentence in done.text


# a terminal that is gone, closed, or can't show everything


@pytest.mark.parametrize("words", [[], ["check"], ["hint"], ["serve"], ["grade", "."], ["next"]], ids=" ".join)
def test_a_folder_that_is_gone_is_one_sentence(tmp_path, words):
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", KIT, *words],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("kit: This folder is gone")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_changes_no_verdict(chat, closed):
    done = subprocess.run(
        ["sh", "-c", f'"$0" check 1.2 {closed}', KIT],
        cwd=chat,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr
    assert json.loads((chat / ".kit" / "report.json").read_text())["stages"][0]["steps"][0]["outcome"] == "pass"


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_a_terminal_without_marks_gets_letters(chat, encoding):
    shown = kit("check", cwd=chat, PYTHONIOENCODING=encoding).stdout

    assert "  P 1.1 " in shown
    assert "  F 1.4 " in shown
    assert "... 41 steps beyond" in shown


@pytest.mark.parametrize("module", ["click", "grader.session.process", "grader.cli"])
def test_ctrl_c_while_kit_still_imports_leaves_no_traceback(chat, module):
    """Send SIGINT at a moment that is certain: when kit is about to import a module."""
    hook = (
        "import importlib.abc, os, signal, sys\n"
        "class Hook(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Hook())\n"
        "sys.argv = ['kit', 'check']\n"
        "from grader.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hook], cwd=chat, env=environment(), capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr, done.stdout) == (130, "kit: stopped.\n", "")


def test_a_server_that_ends_by_itself_is_told_with_its_exit_status(chat):
    (chat / "server" / "__main__.py").write_text("raise SystemExit('no such luck')\n")
    port = Port()
    number = str(port.number)
    done = kit("serve", "--port", number, cwd=chat)
    port.release()

    assert done.status == 1
    assert "no such luck" in done.stderr
    assert "Your server ended by itself: exit code 1." in done.text


def test_the_way_to_a_new_project_can_be_pasted(tmp_path):
    said = kit("start", "my chat", cwd=tmp_path).stdout
    line = next(line.strip().partition("   ")[0] for line in said.splitlines() if line.strip().startswith("cd "))

    done = subprocess.run(["sh", "-c", f"{line} && pwd"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(tmp_path / "my chat")


def test_the_first_failure_of_a_step_ends_it_though_the_client_would_wait_for_ever(tmp_path, as_a_project):
    project = as_a_project(ROOT / "solutions" / "01-scaffolding")
    client = (project / "client" / "api.py").read_text()
    assert "timeout=TIMEOUT" in client
    told = 'raise ServiceError(f"No answer in HTTP from {url}; is the server running?") from None'
    assert told in client
    text = client.replace(", timeout=TIMEOUT", "").replace(told, "raise")
    (project / "client" / "api.py").write_text(text)

    done = kit("check", "1.6", cwd=project)

    assert done.status == 1
    assert "Traceback" in done.text
    report = json.loads((project / ".kit" / "report.json").read_text())
    (step,) = [step for stage in report["stages"] for step in stage["steps"] if step["id"] == "1.6"]
    assert [check["outcome"] for check in step["checks"]] == ["fail"]
