import os
import random
import shutil
import sqlite3
import subprocess

import pytest

from grader.errors import Failed, NotChecked
from grader.project import git_program
from grader.project.git import GitRepository
from grader.testdata.payloads import SQLITE_HEADER
from tests.repository import commit, git, repository
from tests.unprivileged import NOBODY


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "project"


def names(place):
    return sorted(
        str(path.relative_to(place)) for path in place.rglob("*") if ".git" not in path.parts and path.is_file()
    )


def a_database(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE visits (x)")
    connection.close()
    return path.read_bytes()


# commits


def test_a_folder_that_is_no_repository_has_no_commit(tmp_path):
    git_repository = GitRepository(tmp_path)

    assert not git_repository.is_repository
    assert not git_repository.is_own_repository()
    assert not git_repository.is_clean()
    assert git_repository.commits() == ()
    assert git_repository.commits().actual_text() == "there is no git repository here"
    assert git_repository.tracked(named=".env") == ()
    assert git_repository.tracked(beginning=SQLITE_HEADER) == ()
    assert git_repository.head() == ""
    assert git_repository.tags_here() == set()
    assert not git_repository.tag("step-1.1")
    with pytest.raises(Failed, match=r"^this folder is in no git repository$"):
        git_repository.clone(tmp_path / "clone")


def test_a_repository_without_a_commit_has_none(folder):
    folder.mkdir()
    git(folder, "init", "-q")
    git_repository = GitRepository(folder)

    assert git_repository.is_repository
    assert git_repository.commits() == ()
    assert git_repository.commits().actual_text() == "no commit"
    assert git_repository.head() == ""
    assert not git_repository.tag("step-1.1")
    assert names(git_repository.clone(folder.parent / "clone")) == []


def test_commits_are_listed_newest_first(folder):
    repository(folder, a="1")
    commit(folder, {"a": "2"})
    git_repository = GitRepository(folder)

    assert git_repository.commits() == tuple(git(folder, "log", "--format=%h").split())
    assert git_repository.head() == git_repository.commits()[0]


def test_a_commit_without_a_file_is_one_too(folder):
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "begin")

    assert len(GitRepository(folder).commits()) == 1


def test_a_folder_inside_a_repository_has_the_commits_that_touch_it(tmp_path):
    top = repository(tmp_path / "top", **{"other/x": "1"})
    (top / "mine").mkdir()

    assert GitRepository(top / "mine").commits() == ()
    commit(top, {"mine/x": "1"})
    commit(top, {"other/x": "2"})
    assert len(GitRepository(top / "mine").commits()) == 1
    assert GitRepository(top / "mine").is_repository
    assert not GitRepository(top / "mine").is_own_repository()
    assert GitRepository(top).is_own_repository()


def test_without_git_nothing_can_be_checked(folder, monkeypatch):
    folder.mkdir()
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(NotChecked, match=r"^git is not installed\.$") as caught:
        GitRepository(folder)
    assert caught.value.because == "machine"


# tracked files


def test_a_database_is_known_by_its_content_and_not_by_its_name(folder, tmp_path):
    data = a_database(tmp_path / "x")
    repository(
        folder,
        **{
            "docs/notes.txt": data,
            "empty.db": b"",
            "short.db": SQLITE_HEADER[:-1],
            "exactly": SQLITE_HEADER,
            "fake.db": "hi",
        },
    )

    found = GitRepository(folder).tracked(beginning=SQLITE_HEADER)

    assert found == ("docs/notes.txt", "exactly")
    assert found.what == "SQLite database among the tracked files"


def test_an_ignored_or_untracked_database_is_nobodys_business(folder, tmp_path):
    repository(folder, **{".gitignore": "*.db\n"})
    (folder / "app.db").write_bytes(a_database(tmp_path / "x"))
    (folder / "copy").write_bytes(a_database(tmp_path / "y"))

    assert GitRepository(folder).tracked(beginning=SQLITE_HEADER) == ()


def test_a_database_that_was_tracked_before_it_was_ignored_is_found(folder, tmp_path):
    repository(folder, **{"app.db": a_database(tmp_path / "x")})
    commit(folder, {".gitignore": "*.db\n"})

    assert GitRepository(folder).tracked(beginning=SQLITE_HEADER) == ("app.db",)


@pytest.mark.parametrize(
    ("path", "name", "found"),
    [
        (".env", ".env", True),
        ("deep/down/.env", ".env", True),
        (".env/settings", ".env", True),
        (".env.example", ".env", False),
        ("my.env", ".env", False),
        ("a/__pycache__/x.pyc", "__pycache__", True),
        ("__pycache__.txt", "__pycache__", False),
        ("env/pyvenv.cfg", "pyvenv.cfg", True),
    ],
)
def test_a_name_counts_at_any_depth_and_only_as_a_whole(folder, path, name, found):
    repository(folder, **{path: "x", "README": "x"})

    assert GitRepository(folder).tracked(named=name) == ((path,) if found else ())


ODD = [
    "a b/.env",
    " /.env",
    "new\nline/.env",
    "tab\t/.env",
    'qu"ote/.env',
    "žluť/.env",
    "-x/.env",
    "\udcff/.env",
    "*/.env",
]


def test_any_name_is_read_as_it_is(folder):
    repository(folder, **dict.fromkeys(ODD, SQLITE_HEADER))
    git_repository = GitRepository(folder)

    assert sorted(git_repository.tracked(named=".env")) == sorted(ODD)
    assert sorted(git_repository.tracked(beginning=SQLITE_HEADER)) == sorted(ODD)
    assert "\n" not in git_repository.tracked(named=".env").actual_text()


def test_only_the_projects_own_folder_counts(tmp_path):
    top = repository(tmp_path / "top", **{"other/.env": "x", "mine/app.py": "x", ".env": "x"})

    assert GitRepository(top / "mine").tracked(named=".env") == ()
    commit(top, {"mine/sub/.env": "x"})
    assert GitRepository(top / "mine").tracked(named=".env") == ("sub/.env",)


def test_many_and_large_files_are_read_without_keeping_them(folder):
    files = {f"f{number}": f"{number}" for number in range(500)}
    repository(folder, **files, large=b"\0" * 30_000_000, late=SQLITE_HEADER + b"x" * 100_000)

    assert GitRepository(folder).tracked(beginning=SQLITE_HEADER) == ("late",)


def test_submodules_and_links_are_no_files(folder, tmp_path):
    inner = repository(tmp_path / "inner", x="1")
    repository(folder, x="1")
    (folder / ".env").symlink_to("/etc/passwd")
    git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "part")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Submodule")
    git_repository = GitRepository(folder)

    assert git_repository.tracked(beginning=SQLITE_HEADER) == ()
    assert git_repository.tracked(named=".env") == (".env",)
    assert git_repository.tracked(named="part") == ("part",)
    assert git_repository.is_clean()
    clone = git_repository.clone(tmp_path / "clone")
    assert list((clone / "part").iterdir()) == []


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: data[:-20] + b"x" * 20])
def test_a_damaged_repository_is_one_sentence(folder, damage):
    repository(folder, a=random.Random(1).randbytes(200_000), b=SQLITE_HEADER)
    blob = git(folder, "rev-parse", ":a").strip()
    path = folder / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(Failed, match=r"^git cannot read what it keeps$"):
        GitRepository(folder).tracked(beginning=SQLITE_HEADER)


def test_an_object_that_is_no_object_counts_as_missing(folder):
    repository(folder, a="1", b=SQLITE_HEADER)
    blob = git(folder, "rev-parse", ":a").strip()
    path = folder / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(b"nonsense")

    assert GitRepository(folder).tracked(beginning=SQLITE_HEADER) == ("b",)


def test_an_object_that_is_missing_is_no_database(folder):
    repository(folder, a="1", b=SQLITE_HEADER)
    blob = git(folder, "rev-parse", ":a").strip()
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    assert GitRepository(folder).tracked(beginning=SQLITE_HEADER) == ("b",)


# clones


def test_a_clone_holds_the_committed_state_and_nothing_else(folder, tmp_path):
    repository(folder, **{"app.py": "old", "deep/x y": "1", "run": "#!/bin/sh\n"})
    (folder / "run").chmod(0o755)
    commit(folder, {})
    (folder / "app.py").write_text("new")
    (folder / "untracked").write_text("x")
    (folder / "staged").write_text("x")
    git(folder, "add", "staged")
    (folder / "deep" / "x y").unlink()

    place = GitRepository(folder).clone(tmp_path / "clone")

    assert place == tmp_path / "clone"
    assert names(place) == ["app.py", "deep/x y", "run"]
    assert (place / "app.py").read_text() == "old"
    assert os.access(place / "run", os.X_OK)
    assert (folder / "app.py").read_text() == "new"
    assert GitRepository(place).head() == GitRepository(folder).head()


@pytest.mark.parametrize(
    "name", ["mine", "a b", " mine", "mine ", "new\nline", "žluť", "-q", "it's", "\udcff", "a/b c/d"]
)
def test_a_folder_is_cloned_without_its_neighbours(tmp_path, name):
    top = repository(tmp_path / "top", **{f"{name}/app.py": "1", f"{name}/deep/x": "1", "other/x": "1", "README": "x"})
    (top / name / "app.py").write_text("changed")
    (top / name / "untracked").touch()

    place = GitRepository(top / name).clone(tmp_path / "clone")

    assert names(place) == ["app.py", "deep/x"]
    assert (place / "app.py").read_text() == "1"
    assert not GitRepository(place).is_repository
    assert git(top, "status", "--porcelain", "-z").count("\0") == 2


def test_a_folder_without_a_commit_cannot_be_cloned(tmp_path):
    top = repository(tmp_path / "top", x="1")
    (top / "mine").mkdir()
    (top / "mine" / "app.py").touch()
    git(top, "add", "-A")

    with pytest.raises(Failed, match=r"^nothing in this folder is committed$") as caught:
        GitRepository(top / "mine").clone(tmp_path / "clone")
    assert caught.value.expected == "a committed state"


def test_a_project_reached_by_a_link_is_the_same_project(folder, tmp_path):
    repository(folder, x="1")
    (tmp_path / "link").symlink_to(folder)

    assert GitRepository(tmp_path / "link").is_own_repository()
    assert names(GitRepository(tmp_path / "link").clone(tmp_path / "clone")) == ["x"]


def test_a_second_work_tree_is_cloned_as_it_is(folder, tmp_path):
    repository(folder, x="1")
    git(folder, "worktree", "add", "-q", "-b", "branch", tmp_path / "second")
    commit(tmp_path / "second", {"y": "1"})

    assert names(GitRepository(tmp_path / "second").clone(tmp_path / "clone")) == ["x", "y"]


def test_a_commit_without_a_branch_is_cloned_too(folder, tmp_path):
    repository(folder, x="1", **{"sub/z": "1"})
    commit(folder, {"y": "1"})
    git(folder, "checkout", "-q", "--detach", "HEAD~1")

    assert names(GitRepository(folder).clone(tmp_path / "clone")) == ["sub/z", "x"]
    assert names(GitRepository(folder / "sub").clone(tmp_path / "other")) == ["z"]


# other people's repositories


@pytest.fixture
def trap(tmp_path):
    """Give a program that leaves a file when it is run."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\necho run >> {tmp_path}/sprung\ncat\n")
    program.chmod(0o755)
    return program


def use_everything(folder, tmp_path):
    git_repository = GitRepository(folder)
    git_repository.commits()
    git_repository.tracked(named=".env")
    git_repository.tracked(beginning=SQLITE_HEADER)
    git_repository.head()
    git_repository.tags_here()
    git_repository.clone(tmp_path / "clone of all")
    GitRepository(folder / "sub").clone(tmp_path / "clone of a part")
    git_repository.is_clean()
    git_repository.tag("step-1.1")


@pytest.mark.parametrize(
    "settings",
    [
        {"core.fsmonitor": "TRAP"},
        {"core.hooksPath": "HOOKS"},
        {"core.pager": "TRAP", "pager.log": "true", "pager.tag": "true", "core.editor": "TRAP"},
        {"log.showSignature": "true", "gpg.program": "TRAP"},
        {"tag.gpgSign": "true", "gpg.program": "TRAP", "user.signingKey": "x"},
        {"diff.external": "TRAP", "core.sshCommand": "TRAP", "core.gitProxy": "TRAP", "core.askPass": "TRAP"},
        {"uploadpack.packObjectsHook": "TRAP", "core.alternateRefsCommand": "TRAP", "credential.helper": "TRAP"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_no_program_of_a_hostile_repository_is_run(folder, tmp_path, trap, settings):
    repository(folder, **{"sub/x": "1", "x": "1"})
    hooks = folder / ".git" / "hooks"
    shutil.rmtree(hooks, ignore_errors=True)
    hooks.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-commit", "fsmonitor-watchman"):
        shutil.copy(trap, hooks / name)
    for key, value in settings.items():
        git(folder, "config", key, value.replace("TRAP", str(trap)).replace("HOOKS", str(hooks)))

    use_everything(folder, tmp_path)

    assert not (tmp_path / "sprung").exists()


def test_a_filter_of_a_hostile_repository_is_not_run_for_a_clone(folder, tmp_path, trap):
    repository(
        folder, **{"sub/x": "1", "x": "1", ".gitattributes": "* filter=evil\n", "sub/.gitattributes": "* filter=evil\n"}
    )
    git(folder, "config", "filter.evil.smudge", str(trap))
    git(folder, "config", "filter.evil.clean", str(trap))
    git(folder, "config", "filter.evil.required", "true")

    git_repository = GitRepository(folder)
    git_repository.tracked(beginning=SQLITE_HEADER)
    assert (git_repository.clone(tmp_path / "a") / "x").read_text() == "1"
    assert (GitRepository(folder / "sub").clone(tmp_path / "b") / "x").read_text() == "1"

    assert not (tmp_path / "sprung").exists()


def test_a_missing_object_is_not_fetched_from_where_a_hostile_repository_says(folder, tmp_path, trap):
    repository(folder, **{"sub/x": "1", "x": "2"})
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.url": f"ext::{trap}",
        "remote.evil.promisor": "true",
        "remote.evil.uploadpack": str(trap),
        "protocol.ext.allow": "always",
    }.items():
        git(folder, "config", key, value)
    blob = git(folder, "rev-parse", ":x").strip()
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    GitRepository(folder).tracked(beginning=SQLITE_HEADER)

    assert not (tmp_path / "sprung").exists()


def test_a_hostile_submodule_is_not_entered(folder, tmp_path, trap):
    inner = repository(tmp_path / "inner", x="1")
    repository(folder, **{"x": "1", "sub/x": "1"})
    git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", inner, "part")
    git(folder, "commit", "-q", "-m", "Submodule")
    git(folder / "part", "config", "core.fsmonitor", str(trap))
    (folder / "part" / "x").write_text("2")

    use_everything(folder, tmp_path)

    assert not (tmp_path / "sprung").exists()


def test_the_environment_of_the_caller_does_not_lead_elsewhere(folder, tmp_path, monkeypatch):
    repository(folder, mine="1")
    other = repository(tmp_path / "other", theirs="1")
    for name, value in {
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / ".git" / "index",
        "GIT_OBJECT_DIRECTORY": other / ".git" / "objects",
        "GIT_CONFIG_PARAMETERS": "'core.hooksPath=/x'",
    }.items():
        monkeypatch.setenv(name, str(value))
    git_repository = GitRepository(folder)

    assert git_repository.head() == git(folder, "rev-parse", "--short", "HEAD").strip() != ""
    assert git_repository.tracked(named="mine") == ("mine",)
    assert names(git_repository.clone(tmp_path / "clone")) == ["mine"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_somebody_else_is_read_all_the_same(folder, tmp_path):
    repository(folder, **{"x": SQLITE_HEADER, "sub/y": "1"})
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    git_repository = GitRepository(folder)

    assert len(git_repository.commits()) == 1
    assert git_repository.tracked(beginning=SQLITE_HEADER) == ("x",)
    assert names(git_repository.clone(tmp_path / "clone")) == ["sub/y", "x"]
    assert names(GitRepository(folder / "sub").clone(tmp_path / "other")) == ["y"]


# tags


def test_a_tag_is_made_once_and_never_moved(folder):
    git_repository = GitRepository(repository(folder, x="1"))

    assert git_repository.tag("step-1.1")
    assert git_repository.tags_here() == {"step-1.1"}
    assert git(folder, "cat-file", "-t", "step-1.1") == "commit\n"
    first = git(folder, "rev-parse", "step-1.1")
    commit(folder, {"x": "2"})
    assert git_repository.tags_here() == set()
    assert not git_repository.tag("step-1.1")
    assert git(folder, "rev-parse", "step-1.1") == first


def test_several_tags_may_be_here(folder):
    git_repository = GitRepository(repository(folder, x="1"))
    for name in ("step-1.1", "step-1.2", "v1.0", "žluť"):
        assert git_repository.tag(name)

    assert git_repository.tags_here() == {"step-1.1", "step-1.2", "v1.0", "žluť"}


@pytest.mark.parametrize(
    ("change", "clean"),
    [
        (lambda _: None, True),
        (lambda folder: (folder / "ignored.db").touch(), True),
        (lambda folder: (folder / "new").touch(), False),
        (lambda folder: (folder / "x").write_text("changed"), False),
        (lambda folder: (folder / "x").unlink(), False),
        (lambda folder: (folder / "x").chmod(0o755), False),
        (lambda folder: subprocess.run(["git", "rm", "-q", "--cached", "x"], cwd=folder, check=True), False),
    ],
)
def test_a_clean_tree_is_one_with_nothing_to_commit(folder, change, clean):
    repository(folder, x="1", **{".gitignore": "*.db\n"})
    change(folder)

    assert GitRepository(folder).is_clean() is clean


# whatever is configured, everything that is not committed counts


@pytest.mark.parametrize(
    "settings",
    [
        {"status.showUntrackedFiles": "no"},
        {"core.excludesFile": "IGNORE"},
        {"core.untrackedCache": "true", "status.showUntrackedFiles": "no"},
        {"core.fsmonitor": "true"},
        {"status.short": "true", "status.renames": "false", "diff.ignoreSubmodules": "all"},
    ],
    ids=lambda settings: next(iter(settings)),
)
@pytest.mark.parametrize("place", ["repository", "user"])
def test_no_setting_hides_a_new_file(folder, tmp_path, monkeypatch, settings, place):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    (tmp_path / "ignore").write_text("words.py\n")
    repository(folder, **{"server/home.py": "1"})
    file = folder / ".git" / "config" if place == "repository" else tmp_path / "gitconfig"
    for key, value in settings.items():
        git(folder, "config", "--file", file, key, value.replace("IGNORE", str(tmp_path / "ignore")))
    (folder / "server" / "words.py").touch()

    assert not GitRepository(folder).is_clean()
    assert GitRepository(folder).changes() == ["server/words.py"]
    assert GitRepository(folder / "server").changes() == ["words.py"]


def test_what_editors_and_systems_leave_behind_is_no_change(folder):
    repository(folder, x="1")
    for name in (".DS_Store", ".idea/workspace.xml", ".vscode/settings.json", "x~", ".x.swp"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()

    assert GitRepository(folder).is_clean()


def test_ignored_files_are_listed_and_whole_folders_once(folder):
    repository(folder, **{".gitignore": "db.*\n.venv/\n", "server/home.py": ""})
    (folder / "server" / "db.py").touch()
    (folder / ".venv" / "lib").mkdir(parents=True)
    (folder / ".venv" / "lib" / "x").touch()

    assert sorted(GitRepository(folder).ignored()) == [".venv/", "server/db.py"]


DRIVERS = ("clean", "smudge", "process")


@pytest.mark.parametrize("place", ["config", "include", "worktree"])
def test_no_driver_of_a_hostile_repository_is_run_to_see_what_changed(folder, tmp_path, trap, place):
    repository(folder, **{"x": "1", "y": "1", "sub/x": "1", ".gitattributes": "* filter=e=vil merge=evil diff=evil\n"})
    where = {"config": [], "include": ["--file", str(tmp_path / "more")], "worktree": ["--worktree"]}[place]
    if place == "worktree":
        git(folder, "config", "extensions.worktreeConfig", "true")
    keys = [
        *(f"filter.e=vil.{name}" for name in DRIVERS),
        "merge.evil.driver",
        "diff.evil.command",
        "diff.evil.textconv",
    ]
    for key in keys:
        git(folder, "config", *where, key, str(trap))
    git(folder, "config", *where, "filter.e=vil.required", "true")
    if place == "include":
        git(folder, "config", "include.path", str(tmp_path / "more"))
    (folder / "x").write_text("2")
    (folder / "new").touch()
    sprung = tmp_path / "sprung"
    sprung.unlink(missing_ok=True)

    assert GitRepository(folder).changes() == ["x", "new"]
    assert not GitRepository(folder).is_clean()
    GitRepository(folder).prose("x")
    use_everything(folder, tmp_path)

    assert not sprung.exists()


def test_a_missing_object_is_not_fetched_from_a_folder_either(folder, tmp_path, trap):
    repository(folder, **{"sub/x": "1", "x": "2"})
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.url": str(folder),
        "remote.evil.promisor": "true",
        "remote.evil.uploadpack": str(trap),
    }.items():
        git(folder, "config", key, value)
    blob = git(folder, "rev-parse", ":x").strip()
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    GitRepository(folder).tracked(beginning=SQLITE_HEADER)
    GitRepository(folder).prose("x")
    GitRepository(folder).is_clean()
    with pytest.raises(Failed):
        GitRepository(folder).clone(tmp_path / "clone")

    assert not (tmp_path / "sprung").exists()


def test_git_that_never_ends_counts_as_failed(folder, monkeypatch):
    repository(folder, x="1")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "exclude").unlink(missing_ok=True)
    os.mkfifo(folder / ".git" / "info" / "exclude")
    monkeypatch.setattr(git_program, "SECONDS", 0.5)

    assert not GitRepository(folder).is_clean()
