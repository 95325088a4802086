"""The Tab key behind `kit`: in real shells where they are there, else by what the kit tells them."""

import os
import shutil
import subprocess

import pytest

from grader.project.states import States
from tests.command import KIT, environment, kit

PATH = f"{KIT.parent}{os.pathsep}{os.environ['PATH']}"


def completed(folder, *words):
    """Return what completes the last of these words, as zsh gets it: value and help."""
    asked = {"_KIT_COMPLETE": "zsh_complete", "COMP_WORDS": "kit " + " ".join(words), "COMP_CWORD": str(len(words))}
    lines = kit(cwd=folder, **asked).stdout.splitlines()
    return dict(zip(lines[1::3], lines[2::3], strict=True))


def test_commands_complete(tmp_path):
    assert list(completed(tmp_path, "che")) == ["check"]
    assert completed(tmp_path, "hin") == {"hint": "Show the next hint for a step."}


def test_steps_complete_with_their_titles(tmp_path):
    assert completed(tmp_path, "check", "2.1") == {
        "2.1": "A message, stored and given back",
        "2.10": "A client that catches up",
        "2.11": "Replies in the API",
        "2.12": "Replies in the client",
    }
    assert "1.4" in completed(tmp_path, "hint", "1.")


@pytest.mark.parametrize("command", ["brief", "hint", "solution", "watch", "check", "contract"])
def test_every_command_that_takes_a_step_completes_it(tmp_path, command):
    assert completed(tmp_path, command, "3.4") == {"3.4": "Sign what was really called"}


def test_reset_completes_the_steps_that_it_knows(tmp_path):
    (tmp_path / "service.toml").write_text("")
    States(tmp_path).record(["1.2"])

    assert list(completed(tmp_path, "reset", "1.")) == ["1.2"]


def test_bash_completes_stages_after_the_line_that_kit_prints(tmp_path):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    script = (
        'eval "$(kit completion bash)" && COMP_WORDS=(kit check "") && COMP_CWORD=2'
        ' && _kit_completion kit && printf "%s " "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        [bash, "--norc", "-c", script],
        cwd=tmp_path,
        env=environment(PATH=PATH),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout.split(), done.stderr) == (["1", "2", "3", "4"], "")


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", 'eval "$(_KIT_COMPLETE=bash_source kit)"'),
        ("zsh", 'eval "$(_KIT_COMPLETE=zsh_source kit)"'),
        ("fish", "_KIT_COMPLETE=fish_source kit | source"),
    ],
)
def test_into_a_pipe_goes_the_line_alone(tmp_path, shell, line):
    assert kit("completion", shell, cwd=tmp_path, PATH=PATH).stdout == f"{line}\n"
    assert kit("completion", cwd=tmp_path, PATH=PATH, SHELL=f"/bin/{shell}").stdout == f"{line}\n"


def test_a_kit_that_is_not_on_the_path_is_called_by_its_whole_path(tmp_path):
    assert str(KIT) in kit("completion", "bash", cwd=tmp_path, PATH="/nowhere").stdout


def test_an_unknown_shell_is_one_sentence(tmp_path):
    done = kit("completion", cwd=tmp_path, SHELL="/bin/tcsh")

    assert (done.status, done.text) == (2, "kit: Name your shell: kit completion bash|zsh|fish")
