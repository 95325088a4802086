"""`kit reset` as a learner types it."""

import pytest

from grader.project.states import States
from tests.command import kit
from tests.repository import git


@pytest.fixture
def chat(tmp_path):
    assert kit("start", "chat", cwd=tmp_path).status == 0
    assert States(tmp_path / "chat").record(["1.2", "1.3"]) == ""
    return tmp_path / "chat"


def test_a_step_that_passed_comes_back_and_then_what_was_before(chat):
    home = chat / "server" / "home.py"
    passed = home.read_text()
    home.write_text("def broken(:\n")

    done = kit("reset", "1.3", cwd=chat)

    assert (done.status, home.read_text()) == (0, passed)
    assert "Your files are as they were when 1.3 passed: brought back server/home.py." in done.text
    assert "kit reset --back" in done.stdout
    assert kit("reset", "--back", cwd=chat).status == 0
    assert home.read_text() == "def broken(:\n"
    assert "there is nothing to bring back" in kit("reset", "--back", "2", cwd=chat).text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Name a step to go back to, such as: kit reset 1.3 Recorded are 1.2, 1.3."),
        (["1.4"], "Of 1.4, no state is recorded."),
        (["1.3", "--back"], "Name a step to go back to"),
        (["--back"], "There is no state from before a reset to go back to; kit knows 0 of them."),
        (["9.9"], 'No stage "9".'),
    ],
)
def test_what_cannot_be_brought_back_is_one_sentence(chat, words, sentence):
    done = kit("reset", *words, cwd=chat)

    assert (done.status, done.stdout) == (2, "")
    assert sentence in done.text


def test_in_the_middle_of_a_merge_nothing_changes(chat):
    home = chat / "server" / "home.py"
    git(chat, "checkout", "-q", "-b", "other")
    home.write_text("other\n")
    git(chat, "commit", "-qam", "Other")
    git(chat, "checkout", "-q", "-")
    home.write_text("mine\n")
    git(chat, "commit", "-qam", "Mine")
    with pytest.raises(Exception, match="merge"):
        git(chat, "merge", "-q", "other")
    during = home.read_text()

    done = kit("reset", "1.3", cwd=chat)

    assert (done.status, home.read_text()) == (2, during)
    assert "A merge of git is unfinished here. End it first: git merge --continue (or --abort)" in done.text


def test_a_check_records_the_files_with_which_a_step_passes_for_the_first_time(tmp_path):
    kit("start", "chat", cwd=tmp_path)
    known = States(tmp_path / "chat")

    kit("check", "1.3", cwd=tmp_path / "chat")
    first = known.of_step("1.3")
    (tmp_path / "chat" / "notes.txt").write_text("later")
    kit("check", "1.3", cwd=tmp_path / "chat")

    assert known.steps() == ["1.2", "1.3"]
    assert known.of_step("1.3") == first


def test_where_nothing_was_checked_there_is_nothing_to_reset_to(tmp_path):
    kit("start", "chat", cwd=tmp_path)

    assert "so far it has recorded none. Type: kit check" in kit("reset", "1.1", cwd=tmp_path / "chat").text
