"""What `kit check` of one step does beside the check, as each of these costs a learner time after every change."""

import shutil
import subprocess
import sys

import pytest

from tests.command import environment, kit
from tests.repository import git

COUNTED = """#!/bin/sh
echo "$@" >> {said}
exec {git} "$@"
"""
SLOW = {
    "grader.learner.scaffold",
    "grader.project.setup",
    "grader.project.clone",
    "grader.client.program",
    "urllib.request",
}
"""What only a failure or a setup needs."""


@pytest.fixture
def chat(tmp_path):
    """A project in which 1.1 to 1.3 have passed, and in which something has changed since."""
    assert kit("start", "chat", cwd=tmp_path).status == 0
    assert kit("check", "1.3", cwd=tmp_path / "chat").status == 0
    (tmp_path / "chat" / "server" / "more.py").write_text("")
    return tmp_path / "chat"


def git_asked(tmp_path, chat):
    """Check 1.3, and return the words of each git process."""
    said = tmp_path / "said"
    (tmp_path / "bin").mkdir()
    counting = tmp_path / "bin" / "git"
    counting.write_text(COUNTED.format(said=said, git=shutil.which("git")))
    counting.chmod(0o755)
    path = f"{counting.parent}:{environment()['PATH']}"
    assert kit("check", "1.3", cwd=chat, PATH=path).status == 0
    return said.read_text().splitlines()


def test_where_no_tag_can_follow_git_is_asked_for_the_commit_and_the_files_alone(tmp_path, chat):
    assert [line.split()[0] for line in git_asked(tmp_path, chat)] == ["rev-parse", "ls-files"]


def test_where_all_before_has_passed_in_this_state_the_tag_follows(tmp_path, chat):
    kit("check", "1", cwd=chat)
    git(chat, "add", "-A")
    git(chat, "commit", "-q", "-m", "More")

    assert "tag step-1.3" in git_asked(tmp_path, chat)
    assert git(chat, "tag").split() == ["step-1.3"]


def test_a_check_that_passes_imports_nothing_that_only_others_need(chat):
    done = subprocess.run(
        [sys.executable, "-P", "-X", "importtime", "-m", "grader", "check", "1.3"],
        cwd=chat,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "grader.learner.next_steps" in imported
    assert imported & SLOW == set()
