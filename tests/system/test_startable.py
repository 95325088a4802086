"""Programs that can't be started, told before anything is."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import ProjectError
from grader.system import startable


def program(path: Path, mode: int = 0o755) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pyhton", 'There is no program "pyhton" on PATH.'),
        ("serve", 'There is no program "serve" on PATH; the file in this folder would be "./serve".'),
        ("./absent", '"./absent" does not exist.'),
        ("./plain", '"./plain" may not be run: is it marked as executable?'),
        ("./bin", '"./bin" is a folder, not a program.'),
    ],
)
def test_what_is_no_program_is_one_sentence(tmp_path: Path, name: str, said: str) -> None:
    program(tmp_path / "bin" / "there")
    program(tmp_path / "serve")
    program(tmp_path / "plain", 0o644)

    with pytest.raises(ProjectError) as found:
        startable.confirm([name, "-m", "server"], tmp_path, {"PATH": "/usr/bin:/bin"})

    assert str(found.value) == said


@pytest.mark.parametrize("name", ["sh", "there", "./serve", "bin/there", "/bin/sh"])
def test_what_is_a_program_is_none(tmp_path: Path, name: str) -> None:
    """PATH may have folders of the project, too: a program is started in there."""
    program(tmp_path / "bin" / "there")
    program(tmp_path / "serve")

    startable.confirm([name], tmp_path, {"PATH": "/usr/bin:/bin:bin"})
