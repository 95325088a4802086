"""Repositories that git can't read, that wait, that run programs, or that are somebody else's: none of them passes."""

import os
import shutil

import pytest

from grader.errors import Failed
from grader.project import git_program
from grader.project.git import GitRepository
from grader.testdata.payloads import SQLITE_HEADER
from tests.repository import git, repository

SECRET = {"TOKEN": b"very-secret-words"}


@pytest.fixture
def guilty(tmp_path, monkeypatch):
    """Make a repository that tracks a database and a secret. In it, git may wait for half a second."""
    monkeypatch.setattr(git_program, "SECONDS", 0.5)
    monkeypatch.setattr(git_program, "_stuck", set())
    return repository(tmp_path / "guilty", **{"chat.db": SQLITE_HEADER + b"\0" * 84, ".env": SECRET["TOKEN"]})


def outcomes(folder):
    """Return what each question says: its entries, or the sentence of its failure."""
    asked = GitRepository(folder)
    found = []
    for question in (
        lambda: list(asked.tracked(beginning=SQLITE_HEADER)),
        lambda: list(asked.tracked(named=".env")),
        lambda: list(asked.holding(SECRET)),
    ):
        try:
            found.append(question())
        except Failed as failure:
            found.append(failure.actual)
    return found


def test_what_is_guilty_is_found(guilty):
    assert outcomes(guilty) == [["chat.db"], [".env"], ["TOKEN in .env"]]


def overwrite(*names, content=b"nonsense"):
    def change(folder):
        for name in names:
            (folder / ".git" / name).write_bytes(content)

    return change


def with_pipe(name):
    def change(folder):
        (folder / ".git" / name).unlink(missing_ok=True)
        os.mkfifo(folder / ".git" / name)

    return change


def without_objects(folder):
    for path in (folder / ".git" / "objects").glob("??/*"):
        path.unlink()


def with_pipes_as_objects(folder):
    for path in (folder / ".git" / "objects").glob("??/*"):
        path.unlink()
        os.mkfifo(path)


def without_head(folder):
    (folder / ".git" / "HEAD").unlink()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(overwrite("index"), id="a broken index"),
        pytest.param(overwrite("config"), id="a broken config"),
        pytest.param(overwrite("HEAD"), id="a broken HEAD"),
        pytest.param(without_head, id="no HEAD"),
        pytest.param(with_pipe("index"), id="a pipe as index"),
        pytest.param(with_pipe("HEAD"), id="a pipe as HEAD"),
        pytest.param(with_pipe("config"), id="a pipe as config"),
        pytest.param(with_pipes_as_objects, id="pipes as objects"),
    ],
)
def test_a_repository_that_cannot_be_read_passes_nothing(guilty, change):
    change(guilty)

    found = outcomes(guilty)

    assert [] not in found
    assert all(isinstance(entry, str) or entry in (["chat.db"], [".env"], ["TOKEN in .env"]) for entry in found)


def test_a_repository_without_its_objects_has_no_commit_and_hides_no_secret(guilty):
    without_objects(guilty)

    _, names, secrets = outcomes(guilty)

    with pytest.raises(Failed, match="git can't read the repository"):
        GitRepository(guilty).commits()
    assert names == [".env"]
    assert secrets != []


@pytest.mark.parametrize("name", ["HEAD", "config"])
def test_git_is_not_tried_again_where_it_waited(guilty, name, monkeypatch):
    with_pipe(name)(guilty)
    asked = []
    run = git_program.subprocess.run
    monkeypatch.setattr(git_program.subprocess, "run", lambda *words, **more: asked.append(1) or run(*words, **more))

    for _ in range(3):
        outcomes(guilty)

    assert len(asked) == 1


@pytest.mark.parametrize("how", ["file", "link"])
def test_the_repository_of_a_neighbour_is_not_ones_own(tmp_path, how):
    neighbour = repository(tmp_path / "neighbour", **{"server.py": "pass"})
    thief = tmp_path / "thief"
    thief.mkdir()
    (thief / ".env").write_bytes(SECRET["TOKEN"])
    if how == "file":
        (thief / ".git").write_text(f"gitdir: {neighbour / '.git'}\n")
    else:
        (thief / ".git").symlink_to(neighbour / ".git")

    assert not GitRepository(thief).is_repository
    assert GitRepository(thief).commits() == ()
    assert [] not in outcomes(thief)


def test_linked_working_trees_and_submodules_are_ones_own(tmp_path):
    main = repository(tmp_path / "main", **{"server.py": "pass"})
    git(main, "worktree", "add", "-q", tmp_path / "linked")
    inner = repository(tmp_path / "inner", **{"server.py": "pass"})
    git(main, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "part")
    git(tmp_path, "init", "-q", f"--separate-git-dir={tmp_path / 'elsewhere'}", tmp_path / "apart")

    for folder in (tmp_path / "linked", main / "part"):
        assert GitRepository(folder).is_own_repository()
        assert len(GitRepository(folder).commits()) == 1
    assert GitRepository(tmp_path / "apart").is_own_repository()
    assert GitRepository(tmp_path / "apart").commits() == ()


def test_a_new_repository_has_no_commit_and_is_no_fault(tmp_path):
    git(tmp_path, "init", "-q")

    assert GitRepository(tmp_path).commits() == ()
    assert outcomes(tmp_path) == [[], [], []]


@pytest.mark.parametrize("setting", ["filter.trap.clean", "core.fsmonitor", "core.hooksPath", "diff.trap.textconv"])
def test_no_program_of_a_repository_runs(tmp_path, setting):
    folder = repository(tmp_path / "project", **{".gitattributes": "* filter=trap diff=trap\n", "server.py": "pass"})
    sprung = tmp_path / "sprung"
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("post-checkout", "pre-commit", "run"):
        (trap / name).write_text(f"#!/bin/sh\necho sprung > {sprung}\ncat\n")
        (trap / name).chmod(0o755)
    git(folder, "config", setting, str(trap if setting == "core.hooksPath" else trap / "run"))
    (folder / "server.py").write_text("changed")
    asked = GitRepository(folder)

    asked.is_clean()
    asked.changes()
    asked.files()
    asked.commits()
    asked.clone(tmp_path / "clone")
    outcomes(folder)

    assert not sprung.exists()
    shutil.rmtree(tmp_path / "clone")


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.project.git.LARGEST_BLOB", 1000)
    asked = GitRepository(repository(tmp_path / "project", **{"SHORT.md": "x" * 1000, "LONG.md": "x" * 1001}))

    assert (asked.prose("SHORT.md"), asked.prose("LONG.md")) == (1000, 0)
    assert (asked.text("HEAD", "SHORT.md"), asked.text("HEAD", "LONG.md")) == ("x" * 1000, "")
