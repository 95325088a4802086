"""Pipes, devices, sparse files and texts that explode, where the kit expects files: each read has an end."""

import resource
import subprocess
import sys

import pytest

from grader.errors import Failed, ProjectError, UsageError
from grader.load import capacity_file, slo
from grader.project import config, handed_files, working_copy
from grader.project.state import ProjectState
from grader.report import document
from grader.scaling import evidence
from tests import projects
from tests.hostile.odd_files import every_kind, put

MEMORY = 1024**3
"""Bytes that a process may use that reads a hostile file."""


@every_kind
def test_a_read_refuses_it(tmp_path, kind):
    with pytest.raises(OSError, match=r"no plain file|larger than|directory"):
        handed_files.read(put(kind, tmp_path / "file"))


@every_kind
def test_service_toml_is_one_sentence(tmp_path, kind):
    project = projects.project(tmp_path / "project")
    put(kind, project.folder / "service.toml")

    with pytest.raises(ProjectError) as caught:
        config.read(project.folder)

    assert str(caught.value).startswith("service.toml ")
    assert str(caught.value).count("\n") == 0


@every_kind
def test_evidence_is_one_sentence(tmp_path, kind):
    put(kind, tmp_path / "answers.toml")

    with pytest.raises(Failed) as caught:
        evidence.read(tmp_path, "answers.toml")

    assert caught.value.actual.startswith("answers.toml cannot be read: ")


@every_kind
@pytest.mark.parametrize("reading", [slo.read, capacity_file.read], ids=["slo.toml", "capacity.toml"])
def test_what_load_reads_is_one_sentence(tmp_path, kind, reading):
    for name in (slo.FILE, capacity_file.FILE):
        put(kind, tmp_path / name)

    with pytest.raises(UsageError, match=r"(slo|capacity)\.toml cannot be read: "):
        reading(tmp_path)


@every_kind
@pytest.mark.parametrize("name", ["report.json", "progress.toml", "secrets.toml"])
def test_the_state_of_a_project_is_begun_anew(tmp_path, kind, name):
    (tmp_path / ".kit").mkdir()
    put(kind, tmp_path / ".kit" / name)
    state = ProjectState(tmp_path)

    assert state.report() == {}
    assert state.credentials() is None
    assert state.progress()[0].outcomes == {}


@pytest.mark.parametrize("kind", ["pipe", "device", "sparse"])
def test_the_digest_of_a_project_has_an_end(tmp_path, kind):
    project = projects.project(tmp_path / "project")
    before = document.digest(project.folder)
    put(kind, project.folder / "odd")

    after = document.digest(project.folder)

    assert (after != before) == (kind == "sparse")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" + ".a" * 20_000 + " = 1\n", id="a dotted key"),
        pytest.param("[a" + ".a" * 20_000 + "]\n", id="a dotted table"),
        pytest.param("a = {b" + ".b" * 20_000 + " = 1}\n", id="a dotted key inside of a table"),
        pytest.param("a = " + "[" * 20_000 + "]" * 20_000 + "\n", id="lists in lists"),
        pytest.param(f'server.command = "{"x" * 1_000_000}"\n', id="a command of a megabyte"),
    ],
)
def test_a_service_toml_that_explodes_costs_little(tmp_path, text):
    project = projects.project(tmp_path / "project")
    (project.folder / "service.toml").write_text(text)
    reading = (
        "import sys, pathlib\nfrom grader.project import config\nfrom grader.errors import ProjectError\n"
        "try:\n    config.read(pathlib.Path(sys.argv[1]))\nexcept ProjectError as error:\n    print(error)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", reading, project.folder],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("service.toml ")
    assert done.stdout.count("\n") == 1


def test_a_link_inside_of_the_project_is_still_a_file(tmp_path):
    project = projects.project(tmp_path / "project")
    (project.folder / "service.toml").rename(project.folder / "real.toml")
    (project.folder / "service.toml").symlink_to("real.toml")

    assert config.read(project.folder).server == ("python", "server.py")


def test_a_copy_of_a_project_leaves_out_what_is_too_large(tmp_path, monkeypatch):
    project = projects.project(tmp_path / "project")
    put("sparse", project.folder / "large")
    for name in ("words", "words-too"):
        (project.folder / name).write_bytes(bytes(1000))
    monkeypatch.setattr(working_copy, "MOST", 2000)

    copy = working_copy.copy(project.folder, tmp_path / "copy")

    assert {path.name for path in copy.iterdir()} == {"words", "client.py", "service.toml", "server.py"}


def test_what_load_writes_goes_through_no_link(tmp_path):
    for name in (capacity_file.FILE, f".{capacity_file.FILE}.draft"):
        (tmp_path / name).symlink_to("mine")
    (tmp_path / "mine").write_text("")

    capacity_file.write(tmp_path, capacity_file.Machine(2, 1.0, 0.0), {})

    assert (tmp_path / "mine").read_text() == ""
    assert "[machine]" in (tmp_path / capacity_file.FILE).read_text()
