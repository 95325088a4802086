"""What the documents say is so: commands, outputs, links and files."""

import re

import pytest

from grader import cli
from grader.course import EXERCISES, ROOT
from tests import golden
from tests.command import kit

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "notebooks/README.md")),
    *EXERCISES.rglob("README.md"),
    *EXERCISES.glob("C*.md"),
]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:`|^\$ |\| `)kit ([a-z]+)", re.MULTILINE)
TARGET = re.compile(r"\bmake ([a-z]+)")


def block(after: str) -> str:
    """Find the block of output in the README behind a sentence."""
    found = re.search(rf"{re.escape(after)}.*?```text\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found
    return found[1]


def lines(output: str) -> str:
    return "\n".join(line.rstrip() for line in golden.normalised(output).strip("\n").splitlines())


@pytest.fixture
def chat(tmp_path):
    kit("start", "chat", cwd=tmp_path)
    return tmp_path / "chat"


def test_the_readme_shows_the_first_failing_check_as_it_is(chat):
    assert lines(block("and one thing to fix:")) == lines(kit("check", cwd=chat, COLUMNS="100").stdout)


def test_the_readme_shows_the_first_passing_check_as_it_is(as_a_project):
    project = as_a_project(ROOT / "solutions" / "01-scaffolding")
    kit("check", "1.3", cwd=project)

    assert lines(block("says so and names the next:")) == lines(kit("check", "1.4", cwd=project, COLUMNS="100").stdout)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    assert [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_commands_and_targets_exist(path):
    text = path.read_text()
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert {word for word in COMMAND.findall(text) if word not in cli.WORDS} == set()
    code = "\n".join(re.findall(r"`make [a-z ]+`|^\$ make .*$", text, re.MULTILINE))
    assert {word for word in TARGET.findall(code) if word not in targets} == set()


def test_the_readme_is_short_and_shows_the_two_commands_first():
    text = (ROOT / "README.md").read_text().splitlines()

    assert len(text) < 125
    first_screen = "\n".join(text[:20])
    assert "make grade" in first_screen
    assert "make test" in first_screen


def test_every_command_is_in_the_documents():
    texts = "".join(path.read_text() for path in [*DOCUMENTS, ROOT / "CHANGELOG.md"])

    assert {name for name in cli.WORDS if f"kit {name}" not in texts} == set()
