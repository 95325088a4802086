"""Earlier states of a project's files: what is recorded, what comes back, and that nothing is ever lost."""

import json
import os

import pytest

from grader.errors import MachineError, UsageError
from grader.project import states
from grader.project.states import States
from tests.repository import commit, git, repository

FIRST = {"service.toml": "a", "server/home.py": "old"}


@pytest.fixture(params=["git", "no git"])
def project(request, tmp_path):
    place = tmp_path / "chat"
    if request.param == "git":
        repository(place, **FIRST)
    else:
        for name, content in FIRST.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(content)
    assert States(place).record(["1.2", "1.3"]) == ""
    return place


def contents(project):
    return {
        path.relative_to(project).as_posix(): path.read_text()
        for path in project.rglob("*")
        if path.is_file() and not {".git", ".kit"} & set(path.relative_to(project).parts)
    }


def test_the_files_come_back_and_so_do_those_from_before(project):
    (project / "server" / "home.py").write_text("new")
    (project / "more").mkdir()
    (project / "more" / "new.py").write_text("mine")
    (project / "service.toml").unlink()
    mine = contents(project)
    known = States(project)

    done = known.bring_back(known.of_step("1.3"))

    assert (done.written, done.removed) == (["server/home.py", "service.toml"], ["more/new.py"])
    assert contents(project) == FIRST
    assert not (project / "more").exists()
    known.bring_back(known.before_resets()[0])
    assert contents(project) == mine


def test_every_state_from_before_a_reset_can_be_reached(project):
    known = States(project)
    for text in ("one", "two"):
        (project / "server" / "home.py").write_text(text)
        known.bring_back(known.of_step("1.2"))

    seen = []
    for state in known.before_resets():
        known.bring_back(state)
        seen.append((project / "server" / "home.py").read_text())
    assert seen == ["two", "one"]


def test_where_nothing_differs_nothing_happens(project):
    known = States(project)

    assert known.bring_back(known.of_step("1.2")) is None
    assert known.before_resets() == []


def test_permissions_come_back(project):
    (project / "server" / "home.py").chmod(0o755)
    known = States(project)
    known.record(["1.4"])
    (project / "server" / "home.py").chmod(0o644)

    known.bring_back(known.of_step("1.4"))

    assert (project / "server" / "home.py").stat().st_mode & 0o777 == 0o755


def test_contents_are_kept_once_and_those_of_no_state_go(project):
    kept = project / ".kit" / "states" / "objects"
    assert len(list(kept.iterdir())) == len(FIRST)
    (project / "server" / "home.py").write_text("new")

    States(project).record(["1.2", "1.3"])

    assert len(list(kept.iterdir())) == len(FIRST)


def test_of_many_resets_the_last_are_kept(project, monkeypatch):
    monkeypatch.setattr(states, "MOST_BACK", 2)
    known = States(project)
    for text in ("one", "two", "three"):
        (project / "server" / "home.py").write_text(text)
        known.bring_back(known.of_step("1.2"))

    assert len(known.before_resets()) == 2


def test_large_files_and_links_stay_as_they_are(project, tmp_path):
    (tmp_path / "outside").write_text("precious")
    large = project / "large.bin"
    large.write_bytes(b"x" * (states.LARGEST_FILE + 1))
    known = States(project)
    (project / "server" / "home.py").unlink()
    (project / "server" / "home.py").symlink_to(tmp_path / "outside")
    (project / "service.toml").write_text("b")

    done = known.bring_back(known.of_step("1.3"))

    assert (done.kept, done.written, done.removed) == (["server/home.py"], ["service.toml"], [])
    assert (tmp_path / "outside").read_text() == "precious"
    assert large.exists()


def test_nothing_is_written_through_a_linked_folder(project, tmp_path):
    (tmp_path / "outside").mkdir()
    (project / "server" / "home.py").unlink()
    (project / "server").rmdir()
    (project / "server").symlink_to(tmp_path / "outside")
    known = States(project)

    assert known.bring_back(known.of_step("1.3")).kept == ["server/home.py"]
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", ".git/config", ".kit/x", "a/../../evil", ""])
def test_a_state_that_leads_out_of_the_project_is_no_state(project, path):
    file = project / ".kit" / "states" / "1.3.json"
    content = json.loads(file.read_text())
    content["files"][path] = next(iter(content["files"].values()))
    file.write_text(json.dumps(content))

    assert States(project).of_step("1.3") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 3}', '{"files": {"a": 1}, "left_out": [], "kept_at": 1}'])
def test_a_damaged_state_is_no_state(project, text):
    (project / ".kit" / "states" / "1.3.json").write_text(text)

    assert States(project).of_step("1.3") is None
    assert States(project).of_step("1.2") is not None


def test_damaged_copies_change_nothing(project):
    for path in (project / ".kit" / "states" / "objects").iterdir():
        path.write_text("something else")
    (project / "service.toml").write_text("mine")
    known = States(project)

    with pytest.raises(UsageError, match=r"damaged, so kit changes nothing|can't keep your present files"):
        known.bring_back(known.of_step("1.3"))

    assert (project / "service.toml").read_text() == "mine"


def test_where_the_present_files_cannot_be_kept_nothing_changes(project):
    known = States(project)
    state = known.of_step("1.3")
    (project / "service.toml").write_text("mine")
    folder = project / ".kit" / "states" / "objects"
    folder.rename(folder.with_name("gone"))
    folder.write_text("no folder")

    with pytest.raises(UsageError, match="can't keep your present files"):
        known.bring_back(state)

    assert (project / "service.toml").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_said_with_the_way_back(project):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    known = States(project)
    (project / "server" / "home.py").write_text("mine")
    (project / "server").chmod(0o555)
    try:
        with pytest.raises(MachineError, match="kit reset --back"):
            known.bring_back(known.of_step("1.3"))
    finally:
        (project / "server").chmod(0o755)


def test_what_git_ignores_and_what_git_keeps_stay_as_they_are(tmp_path):
    project = repository(tmp_path / "chat", **FIRST)
    commit(project, {".gitignore": "*.db\n"})
    (project / "chat.db").write_text("rows")
    known = States(project)
    known.record(["1.7"])
    (project / "service.toml").write_text("staged")
    git(project, "add", "service.toml")
    git(project, "checkout", "-q", "--detach")
    before = [git(project, *words) for words in (["rev-parse", "HEAD"], ["diff", "--cached"], ["for-each-ref"])]

    known.bring_back(known.of_step("1.7"))

    after = [git(project, *words) for words in (["rev-parse", "HEAD"], ["diff", "--cached"], ["for-each-ref"])]
    assert after == before
    assert (project / "chat.db").read_text() == "rows"
    assert (project / "service.toml").read_text() == "a"
