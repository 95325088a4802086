"""What `kit` alone shows: where the learner is and what comes next, in any width, and fast."""

import io
import os
import statistics
import subprocess
import sys

import pytest
from rich.console import Console

from grader import CONTRACT
from grader.learner import overview, scaffold
from grader.project.state import ProjectState
from tests.command import KIT, environment, kit
from tests.real_course import COURSE

FIRST = COURSE.stages[0]


@pytest.fixture
def chat(tmp_path):
    scaffold.start(FIRST, tmp_path / "my chat")
    return tmp_path / "my chat"


def checked(chat, *, without=(), stages=(FIRST,), digest="other"):
    """Keep a report in which every step of these stages passed, but for some."""
    listed = [
        {
            "id": stage.id,
            "steps": [
                {"id": step.id, "outcome": "fail" if step.id in without else "pass", "checks": [{}]}
                for step in stage.steps
            ],
        }
        for stage in stages
    ]
    ProjectState(chat).keep_report({"contract": CONTRACT, "project": {"digest": digest}, "stages": listed})


def shown(chat, width=80, **more):
    page = io.StringIO()
    overview.show(COURSE, chat, Console(file=page, width=width), **more)
    return page.getvalue()


def test_the_current_step_comes_first_with_its_task_and_the_next_commands(chat):
    checked(chat, without=["1.4"])
    lines = shown(chat).splitlines()
    step = COURSE.find_step("1.4")

    assert lines[1:3] == [f"  1.4  {step.title}", f"       {step.task}"]
    assert [line.split("   ")[0].strip() for line in lines if line.startswith("  kit ")] == [
        "kit check 1.4",
        "kit brief 1.4",
        "kit hint 1.4",
    ]


def test_each_stage_has_one_line_with_its_points(chat):
    checked(chat, without=["1.4"])
    lines = [line.split() for line in shown(chat).splitlines() if " points" in line]

    assert [line[0] for line in lines] == [stage.id for stage in COURSE.stages]
    assert lines[0] == "01 Scaffolding 9 of 10 steps 90 of 100 points".split()


def test_all_shows_every_step(chat):
    checked(chat, without=["1.4"])
    text = shown(chat, every=True)

    assert all(f" {step.id} " in text for step in COURSE.steps)
    assert "you are here" in next(line for line in text.splitlines() if " 1.4 " in line)


@pytest.mark.parametrize("width", [40, 80])
def test_it_fits_the_screen_and_cuts_no_word(chat, width):
    checked(chat, without=["3.1"], stages=COURSE.stages)
    text = shown(chat, width)

    assert max(map(len, text.splitlines())) <= width
    assert len(text.splitlines()) <= 24
    assert "…" not in text
    assert all(stage.title in text for stage in COURSE.stages)


def test_time_and_hints_are_shown_with_what_they_mean(chat):
    checked(chat, without=["1.4"])
    state = ProjectState(chat)
    text = (state.folder / "progress.json").read_text()
    entry = '"1.4": {"outcome": "fail"'
    assert entry in text
    (state.folder / "progress.json").write_text(text.replace(entry, f'{entry}, "seconds": 3900'))
    state.keep_hints_read("1.4", 2)

    page = shown(chat)

    assert "1 h 5 min so far, hints read: 2 of 3" in page
    assert "Time is that between two checks, without pauses above 10 minutes." in page


def test_a_changed_project_is_said(chat):
    checked(chat, without=["1.4"])

    assert "files have changed since" in shown(chat)


def test_damaged_progress_is_said_once(chat):
    checked(chat, without=["1.4"])
    (chat / ".kit" / "progress.json").write_text("{")

    assert "progress.json is damaged" in " ".join(shown(chat).split())
    again = shown(chat)
    assert ("damaged" in again, "  1.4  " in again) == (False, True)


def test_the_end_of_the_course_leads_to_the_whole_report(chat):
    checked(chat, stages=COURSE.stages)

    assert "kit grade ." in shown(chat)


def test_all_before_a_command_is_one_sentence(chat):
    done = kit("--all", "check", cwd=chat)

    assert (done.status, "kit --all is a command of its own" in done.text) == (2, True)


def test_kit_alone_costs_little_beyond_what_it_draws_with(chat):
    """Processor time, compared in turn with that of Python and the two libraries that every command needs."""
    checked(chat, without=["1.4"])
    libraries = "import click, rich.console, rich.table, rich.padding"

    def cost(*argv):
        before = os.times()
        subprocess.run(argv, cwd=chat, env=environment(), capture_output=True, check=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    ratios = [cost(KIT) / cost(sys.executable, "-c", libraries) for _ in range(5)]

    assert statistics.median(ratios) < 3
