"""The overview of a project: the current step, the next commands, and each stage in a line. It checks nothing."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from grader.course import Course
from grader.learner import position
from grader.project.config import FILE
from grader.project.progress import LONGEST_PAUSE, Progress
from grader.project.state import ProjectState
from grader.report import terminal, terminal_overview
from grader.report.document import digest


def show(course: Course, folder: Path, out: Console, *, every: bool = False) -> None:
    """Show the current step, the next commands, and the points and the time of each stage; with `every`, all steps."""
    if not (folder / FILE).exists():
        _show_beginning(course, out)
        return
    state = ProjectState(folder)
    if problem := state.renew_progress():
        terminal.say(problem, out, style="yellow")
    found = state.progress()[0]
    if not found.outcomes and not every:
        terminal.say("Nothing was checked here yet.", out)
        terminal.show_next([("kit check", "see the first thing to do")], out)
        return
    step = position.current_step(course, found.passed)
    done = step.id in found.passed
    if every:
        terminal_overview.show_steps(course.stages, found, step, out)
    elif not done:
        terminal_overview.show_current(step, found.of(step.id), out)
    terminal_overview.show_stages(course.stages, found, None if done else step, out)
    _show_notes(state, folder, found, out)
    if done:
        terminal.say("Every step of the course has passed, bonus steps aside.", out, style="bold")
        terminal.show_next([("kit grade .", "the whole report, with load")], out)
        return
    lines = [
        (f"kit check {step.id}", "when you have tried"),
        (f"kit brief {step.id}", "what it asks for, and what for"),
        (f"kit hint {step.id}", "a nudge, one idea at a time"),
    ]
    terminal.show_next(lines, out)


def _show_notes(state: ProjectState, folder: Path, found: Progress, out: Console) -> None:
    """Say what the time means, and whether files have changed since the last check."""
    if any(one.seconds >= 60 for one in found.steps.values()):
        minutes = LONGEST_PAUSE // 60
        terminal.say(f"Time is that between two checks, without pauses above {minutes} minutes.", out, style="dim")
    last = state.report().get("project")
    if isinstance(last, dict) and last.get("digest") != digest(folder):
        terminal.say("That is what the last check found; files have changed since.", out, style="dim")


def _show_beginning(course: Course, out: Console) -> None:
    terminal.say(f"There is no project here: no {FILE} in this folder.", out)
    for stage in course.stages:
        terminal.say(f"{stage.id}  {stage.title}: {len(stage.steps)} steps", out)
    terminal.show_next(
        [("kit start ~/chat", "make a project in a new folder"), ("kit --help", "everything there is")], out
    )
