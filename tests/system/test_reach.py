"""What `make setup` says: how `kit` is found in every terminal."""

import subprocess

import pytest

from grader.system import reach
from tests.command import KIT


def lines(text):
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


@pytest.mark.parametrize("place", ["kit", "the kit", "it's $HOME"])
def test_the_lines_can_be_pasted_and_then_kit_is_found(tmp_path, place):
    there = tmp_path / place
    there.mkdir()
    (there / "kit").symlink_to(KIT)
    home = tmp_path / "home"
    home.mkdir()
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/bash"}

    link, path = lines(reach.advice(there / "kit", env))
    subprocess.run(["bash", "-c", f"{link}\n{path}\nkit --version"], env=env, check=True, capture_output=True)

    assert (home / ".local/bin/kit").resolve() == KIT.resolve()
    assert (home / ".bashrc").read_text() == f"{reach.ON_PATH}\n"
    again = {**env, "PATH": f"{home}/.local/bin:/usr/bin"}
    assert lines(reach.advice(there / "kit", again)) == []


def test_where_the_folder_is_on_path_one_line_is_enough(tmp_path):
    env = {"HOME": str(tmp_path), "PATH": f"/bin:{tmp_path}/.local/bin"}

    assert lines(reach.advice(KIT, env)) == [f"mkdir -p ~/.local/bin && ln -sf {KIT} ~/.local/bin/kit"]


@pytest.mark.parametrize(
    ("shell", "said"), [("/bin/zsh", ">> ~/.zshrc"), ("/usr/bin/fish", "fish_add_path"), ("", "~/.profile")]
)
def test_each_shell_gets_its_own_line(tmp_path, shell, said):
    assert said in lines(reach.advice(KIT, {"HOME": str(tmp_path), "SHELL": shell}))[1]
