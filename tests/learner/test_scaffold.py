import json
from pathlib import Path

import pytest

from grader import course
from grader.errors import MachineError, UsageError
from grader.learner import scaffold
from tests.command import kit
from tests.real_course import COURSE
from tests.repository import commit, git, repository

FIRST, SECOND, THIRD, FOURTH = COURSE.stages
LOAD_TESTS = {f"loadtest/{name}.py" for name in ("reads", "writes", "mixed")}
NEW_IN_STAGE_4 = {"answers.toml", "evidence/README.md", *LOAD_TESTS}
PLAIN = {"02": {"DECISIONS.md"}, "04": {"answers.toml", *LOAD_TESTS}}
"""What a stage adds to a project in any language."""


def files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}


def passed(stage):
    return [{"id": step.id, "title": "", "outcome": "pass", "checks": []} for step in stage.steps]


def contents(folder):
    return {path: (folder / path).read_bytes() for path in files(folder)}


@pytest.fixture
def chat(tmp_path):
    """Give a project of stage 1, as `kit start` makes it."""
    scaffold.start(FIRST, tmp_path / "chat")
    return tmp_path / "chat"


@pytest.fixture
def starters(tmp_path):
    """Make two stages with these starters: `starters(first, second)`, each a dictionary of files."""

    def make(*stages):
        for number, written in enumerate(stages, 1):
            stage = tmp_path / "exercises" / f"0{number}-stage"
            for name, content in written.items():
                (stage / "starter" / name).parent.mkdir(parents=True, exist_ok=True)
                (stage / "starter" / name).write_text(content)
            step = (
                f'[[steps]]\nid = "{number}.1"\ntitle = "Step"\nneeds = []\nbonus = false\nhints = ["One.", "Two."]\n'
            )
            (stage / "steps.toml").write_text(f'title = "Stage"\n{step}')
        return course.load(tmp_path / "exercises")

    return make


# kit start


@pytest.mark.parametrize("stage", [FIRST, SECOND])
def test_a_project_starts_with_the_starter_committed(tmp_path, stage):
    scaffold.start(stage, tmp_path / "deep" / "chat")

    folder = tmp_path / "deep" / "chat"
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "log", "--format=%s") == f"Start stage {stage.id}: {stage.title}\n"
    assert (folder / "service.toml").exists()


def test_the_files_of_a_project_can_be_written_where_those_of_the_kit_cannot(starters, tmp_path):
    two = starters({"app": ""}, {"app": "", "new": ""})
    for path in (tmp_path / "exercises").rglob("starter/*"):
        path.chmod(0o444)

    scaffold.start(two.stages[0], tmp_path / "chat")
    (tmp_path / "chat" / "service.toml").write_text("")
    scaffold.advance(two, tmp_path / "chat")

    assert {oct(path.stat().st_mode & 0o200) for path in [tmp_path / "chat" / name for name in ("app", "new")]} == {
        "0o200"
    }


def test_joining_late_brings_the_old_state(starters, tmp_path):
    late = starters({"a": ""}, {"a": "", "service.toml": "", "history/1.1/a": ""})

    scaffold.start(late.stages[1], tmp_path / "chat")

    assert files(tmp_path / "chat") == {Path("a"), Path("service.toml"), Path("history/1.1/a")}
    with pytest.raises(UsageError):
        scaffold.advance(late, tmp_path / "chat")


def test_an_empty_folder_may_be_named(tmp_path):
    (tmp_path / "chat").mkdir()

    scaffold.start(FIRST, tmp_path / "chat")

    assert (tmp_path / "chat" / "service.toml").exists()


def test_a_folder_with_something_in_it_is_left_alone(chat):
    before = contents(chat)

    with pytest.raises(UsageError, match=r"^The folder \".*/chat\" is not empty; name a new one\.$"):
        scaffold.start(SECOND, chat)

    assert contents(chat) == before


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "chat").write_text("mine")

    with pytest.raises(UsageError, match=r"is a file; name a new folder\.$"):
        scaffold.start(FIRST, tmp_path / "chat")
    with pytest.raises(UsageError, match=r"^The folder \".*\" cannot be made: Not a directory\.$"):
        scaffold.start(FIRST, tmp_path / "chat" / "inside")


# kit start --bare


@pytest.mark.parametrize("stage", COURSE.stages, ids=lambda stage: stage.id)
def test_a_bare_project_has_no_code_and_is_committed(tmp_path, stage):
    upto = [one for one in COURSE.stages if one.id <= stage.id]

    scaffold.start(stage, tmp_path / "chat", bare=upto)

    found = {str(path) for path in files(tmp_path / "chat")}
    assert found == {".gitignore", "README.md", "service.toml"} | {
        name for since, names in PLAIN.items() if stage.id >= since for name in names
    }
    assert git(tmp_path / "chat", "status", "--porcelain") == ""
    assert "TODO 1.2" in (tmp_path / "chat" / "service.toml").read_text()
    texts = "".join((tmp_path / "chat" / name).read_text() for name in found).lower()
    assert "flask" not in texts
    assert "python -m" not in texts


def test_a_bare_project_is_told_what_to_write_first(tmp_path):
    assert kit("start", "--bare", "chat", cwd=tmp_path).status == 0

    said = kit("check", cwd=tmp_path / "chat").text

    assert "server.command in service.toml is empty: it must say how to start the server." in said
    assert "1.1 A repository with a first commit" in said


def test_a_bare_project_gets_no_python_of_later_stages(tmp_path):
    scaffold.start(FIRST, tmp_path / "chat", bare=[FIRST])

    assert scaffold.advance(COURSE, tmp_path / "chat") == (SECOND, [Path("DECISIONS.md")])
    assert scaffold.advance(COURSE, tmp_path / "chat") == (FOURTH, sorted(map(Path, NEW_IN_STAGE_4)))
    with pytest.raises(
        UsageError, match=r"stage 03 are code in Python .* the brief is: less .*03-integrations/README\.md$"
    ):
        scaffold.advance(COURSE, tmp_path / "chat")
    assert not (tmp_path / "chat" / "server").exists()


def test_a_project_in_another_language_gets_no_python_even_into_folders_of_these_names(tmp_path):
    folder = repository(tmp_path / "mine", **{"service.toml": "", "server/main.go": "", "client/index.js": ""})

    assert scaffold.advance(COURSE, folder) == (SECOND, [Path("DECISIONS.md")])


# kit next


def test_the_new_files_of_the_next_stage_are_copied_and_nothing_else_changes(chat):
    before = contents(chat)

    stage, copied = scaffold.advance(COURSE, chat)

    assert stage.id == "02"
    assert set(copied) == files(chat) - set(before)
    assert {Path("DECISIONS.md"), Path("server/messages.py")} <= set(copied)
    after = contents(chat)
    assert {path: after[path] for path in before} == before
    assert all(after[path] == (SECOND.starter / path).read_bytes() for path in copied)
    assert copied == sorted(copied)


def test_what_is_already_there_is_never_touched(chat):
    (chat / "DECISIONS.md").write_text("mine")
    (chat / "server" / "messages.py").symlink_to("nowhere.py")
    (chat / "client" / "messages.py").mkdir()

    _, copied = scaffold.advance(COURSE, chat)

    assert not set(copied) & {Path("DECISIONS.md"), Path("server/messages.py"), Path("client/messages.py")}
    assert (chat / "DECISIONS.md").read_text() == "mine"
    assert (chat / "server" / "messages.py").readlink() == Path("nowhere.py")
    assert not (chat / "server" / "nowhere.py").exists()
    assert list((chat / "client" / "messages.py").iterdir()) == []


def test_what_the_solution_before_has_is_not_new(chat):
    """A learner solved the stage before with other files than the solution."""
    scaffold.advance(COURSE, chat)

    stage, copied = scaffold.advance(COURSE, chat)

    assert stage.id == "03"
    code = {"server/slack.py", "server/sms.py", "tests/test_slack.py", "tests/test_sms.py"}
    assert {str(path) for path in copied} == code


def test_the_old_state_is_only_for_joining_late(chat):
    scaffold.advance(COURSE, chat)

    assert not (chat / "history").exists()


def test_traces_of_trying_a_starter_are_not_copied(starters, tmp_path):
    odd = dict.fromkeys(["__pycache__/a.pyc", ".venv/pyvenv.cfg", ".kit/last.json", "app.db", "history/1.1/x"], "")
    two = starters({"app": "one"}, {"app": "two", "new/er": "two", **odd})
    folder = repository(tmp_path / "mine", **{"service.toml": "", "app": "mine"})

    _, copied = scaffold.advance(two, folder)

    assert copied == [Path("new/er")]
    assert files(folder) == {Path("app"), Path("new/er"), Path("service.toml")}


def test_what_was_copied_once_is_not_offered_again(chat):
    for stage in COURSE.stages[1:]:
        assert scaffold.advance(COURSE, chat)[0] == stage

    with pytest.raises(UsageError) as caught:
        scaffold.advance(COURSE, chat)

    last = COURSE.stages[-1].id
    assert str(caught.value) == f"This project has the files of every stage there is, up to {last}; see: kit"


def test_a_file_that_was_deleted_comes_back_alone(chat):
    scaffold.advance(COURSE, chat)
    commit(chat, {"server/messages.py": "mine"})
    (chat / "DECISIONS.md").unlink()

    assert scaffold.advance(COURSE, chat) == (SECOND, [Path("DECISIONS.md")])
    assert (chat / "server" / "messages.py").read_text() == "mine"


def test_one_stage_at_a_time(starters, tmp_path):
    three = starters({"a": "1"}, {"a": "2", "b": "2"}, {"a": "3", "b": "3", "c": "3"})
    folder = repository(tmp_path / "mine", **{"service.toml": "", "a": "mine"})

    assert scaffold.advance(three, folder) == (three.stages[1], [Path("b")])
    assert scaffold.advance(three, folder) == (three.stages[2], [Path("c")])
    assert (folder / "b").read_text() == "2"


def test_a_file_where_a_folder_is_needed_is_named_and_nothing_is_copied(starters, tmp_path):
    two = starters({"a": ""}, {"a": "", "b": "", "client/new": ""})
    folder = repository(tmp_path / "mine", **{"service.toml": "", "client": "mine"})

    with pytest.raises(UsageError) as caught:
        scaffold.advance(two, folder)

    assert str(caught.value) == f'"{folder / "client"}" is a file, and stage 02 needs a folder there; rename it.'
    assert files(folder) == {Path("client"), Path("service.toml")}


def test_the_command_says_what_is_new_and_what_to_do(chat):
    done = kit("next", "--anyway", cwd=chat)

    assert done.status == 0
    assert done.text.startswith(f"Stage 02, {SECOND.title}. New here: DECISIONS.md, ")
    assert "kit check 2.1" in done.text
    assert kit("next", "--anyway", cwd=chat).text.startswith("Stage 03, ")
    assert kit("next", cwd=chat).status == 2


def test_before_the_stage_is_passed_the_command_asks_for_a_word_more(chat):
    before = files(chat)

    done = kit("next", cwd=chat)

    assert done.status == 2
    assert "Not passed yet: 1.1, 1.2, 1.3 and 7 more steps." in done.text
    assert "kit next --anyway" in done.text
    assert files(chat) == before


def test_when_the_stage_is_passed_the_command_asks_for_nothing(chat):
    steps = [
        {"id": step.id, "title": "", "outcome": "not_checked" if step.id == "1.1" else "pass", "checks": []}
        for step in FIRST.steps
    ]
    (chat / ".kit").mkdir()
    (chat / ".kit" / "report.json").write_text(json.dumps({"stages": [{"id": "01", "steps": steps}]}))

    assert kit("next", cwd=chat).status == 0


def test_another_language_is_shown_the_brief_of_a_stage_that_brings_only_python(tmp_path):
    folder = repository(tmp_path / "mine", **{"service.toml": "", "server/main.go": "", "DECISIONS.md": "mine"})
    stages = [{"id": stage.id, "steps": passed(stage)} for stage in COURSE.stages[:2]]
    (folder / ".kit").mkdir()
    (folder / ".kit" / "report.json").write_text(json.dumps({"stages": stages}))

    done = kit("next", cwd=folder)

    assert done.status == 2
    assert f"less {THIRD.folder / 'README.md'}" in done.text.replace("\n  ", " ")
    assert not (folder / "answers.toml").exists()


def test_from_the_end_of_stage_3_come_load_tests_and_forms_for_evidence(chat):
    for _ in range(3):
        scaffold.advance(COURSE, chat)

    assert {str(path) for path in files(chat)} & NEW_IN_STAGE_4 == NEW_IN_STAGE_4
    assert "[load]" not in (chat / "service.toml").read_text()


def test_a_starter_may_go_on_from_a_solution(tmp_path):
    scaffold.start(FOURTH, tmp_path / "chat")

    found = contents(tmp_path / "chat")
    assert {str(path) for path in found} >= {"server/sms.py", "history/2.5/service.toml", *NEW_IN_STAGE_4}
    assert found[Path("server/sms.py")] == (THIRD.solution / "server" / "sms.py").read_bytes()
    assert found[Path("service.toml")] == (FOURTH.starter / "service.toml").read_bytes()


def test_the_command_wants_a_project(tmp_path):
    done = kit("next", cwd=tmp_path)

    assert done.status == 2
    assert f'There is no project in "{tmp_path}", as it has no service.toml; start one with: kit start' in done.text
    assert files(tmp_path) == set()


def test_the_command_is_told_where_the_project_is(chat):
    assert kit("next", "--anyway", "--project", "chat", cwd=chat.parent).status == 0
    assert (chat / "DECISIONS.md").exists()


# what the user's own git is told to do


@pytest.fixture
def user(tmp_path, monkeypatch):
    """Give a function that writes the user's configuration of git, and a program that leaves a file when it runs."""
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho run >> {tmp_path}/sprung\nexit 1\n")
    trap.chmod(0o755)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))

    def configure(**settings):
        for key, value in {"user.name": "Nia", "user.email": "nia@example.test", **settings}.items():
            git(tmp_path, "config", "--file", tmp_path / "gitconfig", key, value.replace("TRAP", str(trap)))
        return trap

    return configure


@pytest.mark.parametrize(
    "settings",
    [
        {"commit.gpgSign": "true", "gpg.program": "TRAP", "user.signingKey": "x"},
        {"commit.gpgSign": "true", "gpg.format": "ssh", "gpg.ssh.program": "TRAP"},
        {"core.hooksPath": "HOOKS"},
        {"init.templateDir": "TEMPLATES"},
        {"core.fsmonitor": "TRAP", "core.editor": "TRAP", "core.pager": "TRAP"},
        {"core.attributesFile": "ATTRIBUTES", "filter.all.clean": "TRAP", "filter.all.required": "true"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_the_first_commit_is_neither_signed_nor_hooked(tmp_path, user, settings):
    hooks = tmp_path / "templates" / "hooks"
    hooks.mkdir(parents=True)
    (tmp_path / "attributes").write_text("* filter=all\n")
    places = {"HOOKS": hooks, "TEMPLATES": hooks.parent, "ATTRIBUTES": tmp_path / "attributes"}
    trap = user(**{key: str(places.get(value, value)) for key, value in settings.items()})
    for name in ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\nexec {trap}\n")
        (hooks / name).chmod(0o755)

    scaffold.start(FIRST, tmp_path / "chat")

    assert git(tmp_path / "chat", "log", "--format=%an %ae") == "Nia nia@example.test\n"
    assert not (tmp_path / "sprung").exists()


def test_a_start_that_fails_leaves_the_folder_as_before(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(scaffold, "_commit", lambda *_: (_ for _ in ()).throw(MachineError("git commit failed")))

    for name in ("new", "empty"):
        with pytest.raises(MachineError):
            scaffold.start(FIRST, tmp_path / name)

    assert not (tmp_path / "new").exists()
    assert list((tmp_path / "empty").iterdir()) == []
