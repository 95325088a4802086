"""The part of the brief that is about one step, and what a terminal shows of it."""

import io

import pytest
from rich.console import Console

from grader.learner import brief
from grader.report import terminal_text
from tests.command import kit
from tests.real_course import COURSE


@pytest.mark.parametrize("step", COURSE.steps, ids=lambda step: step.id)
def test_every_step_has_its_part_and_no_other(step):
    text = brief.of_step(COURSE, step)

    assert text.startswith(f"### {step.id} ")
    others = [other.id for other in COURSE.steps if other != step]
    assert [one for one in others if f"\n### {one} " in text] == []
    assert len(text.splitlines()) >= 5


def test_a_line_to_paste_stays_one_line_and_links_show_their_words():
    page = io.StringIO()
    line = "$ curl -i http://127.0.0.1:5000/" + "a" * 60
    terminal_text.show_markdown(
        f"### 1.1 Title\n\nSee [the map](../README.md).\n\n```console\n{line}\n# no heading\n```\n\nEnd.\n",
        Console(file=page, width=40),
    )

    assert f"      {line}\n" in page.getvalue()
    assert "See the map." in page.getvalue()


def test_the_brief_of_the_current_step_needs_no_argument(tmp_path):
    assert kit("start", "chat", cwd=tmp_path).status == 0

    done = kit("brief", cwd=tmp_path / "chat")

    assert done.status == 0
    assert "1.1 A repository with a first commit" in done.text
    assert "\x1b" not in done.stdout


def test_a_brief_that_is_named_needs_no_project(tmp_path):
    assert "Verified by:" in kit("brief", "2.8", cwd=tmp_path).text
    assert 'No step "2.99".' in kit("brief", "2.99", cwd=tmp_path).text
