"""The overview of a project: the results of the last check, and the next commands. It runs nothing."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from rich.console import Console

from grader.course import Course
from grader.learner import course_folder, next_steps
from grader.project.config import FILE
from grader.project.state import outcomes
from grader.report import terminal, terminal_course
from grader.report.document import digest
from grader.results.results import Outcome


def show(course: Course, folder: Path, report: dict[str, Any], out: Console) -> None:
    """Show every stage with the outcomes of its steps in the last report, and the next commands."""
    if not (folder / FILE).exists():
        _show_beginning(course, out)
        return
    if not report:
        terminal.say("Nothing was checked here yet.", out)
        terminal.show_next([("kit check", "see the first thing to do")], out)
        return
    found = outcomes(report)
    step = next_steps.current_step(course, report)
    done = all(found.get(one.id) == Outcome.PASS for one in course.steps if not one.bonus)
    if done or course.stages[0].id != step.stage:
        out.print()
    for stage in course.stages:
        if stage.id == step.stage and not done:
            terminal_course.show_overview(stage, found, out)
            if stage is not course.stages[-1]:
                out.print()
        else:
            terminal_course.show_in_a_line(stage, found, out)
    if report.get("project", {}).get("digest") != digest(folder):
        terminal.say("That is what the last check found; files have changed since.", out, style="dim")
    if done:
        terminal.say("Every step of the course has passed, bonus steps aside.", out, style="bold")
        terminal.show_next([("kit grade .", "the whole report, with load")], out)
        return
    brief = course_folder.text_near(folder, course.stage_of(step).folder / "README.md")
    lines = [
        (f"kit check {step.id}", step.title),
        (f"kit hint {step.id}", "a nudge, one idea at a time"),
        (f"less {shlex.quote(brief)}", "the brief"),
    ]
    terminal.show_next(lines, out)


def _show_beginning(course: Course, out: Console) -> None:
    terminal.say(f"There is no project here: no {FILE} in this folder.", out)
    for stage in course.stages:
        terminal.say(f"{stage.id}  {stage.title}: {len(stage.steps)} steps", out)
    terminal.show_next(
        [("kit start ~/chat", "make a project in a new folder"), ("kit --help", "everything there is")], out
    )
