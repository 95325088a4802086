"""A `setup` that asks for input: nobody types, so it ends with one sentence, and doesn't take its five minutes."""

import json

import pytest

from grader.errors import Failed
from grader.project import registry, setup as set_up
from tests import projects

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize(
    ("setup", "log"), [("python -c 'input()'", "EOFError"), ("sh -c 'read answer'", ""), ("sh setup.sh", "no answer")]
)
def test_a_setup_that_reads_its_input_gets_its_end(tmp_path, resources, setup, log, monkeypatch):
    monkeypatch.setattr(registry, "out_of_reach", lambda *_: "")
    project = projects.project(tmp_path / "project", more=f"setup = {json.dumps(setup)}")
    (project.folder / "setup.sh").write_text("read answer || { echo no answer; exit 1; }\n")

    with pytest.raises(Failed) as caught:
        set_up.set_up(project, resources)

    assert (caught.value.actual, caught.value.expected) == ("setup failed (exit code 1)", "exit code 0")
    assert log in caught.value.log


@pytest.mark.parametrize(
    "word", ["-r /dev/stdin", "-r/dev/stdin", "--requirement=/dev/fd/0", "/proc/self/fd/0", "/dev/tty"]
)
def test_a_setup_whose_list_is_its_input_is_not_run(tmp_path, resources, word):
    project = projects.project(tmp_path / "project", more=f'setup = "pip install {word}"')

    with pytest.raises(set_up.NotStarted) as caught:
        set_up.set_up(project, resources)

    assert caught.value.actual == f"setup reads {word.split()[-1]}, and nobody is there to type"


def test_a_setup_may_fill_the_input_of_its_own_programs(tmp_path, resources):
    line = "sh -c 'echo hello | grep -q hello /dev/stdin'"
    project = projects.project(tmp_path / "project", more=f"setup = {json.dumps(line)}")

    set_up.set_up(project, resources)
