"""What `kit` alone shows: the current step, and the points and the time of each stage or step."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.course import Stage, Step
from grader.project.progress import Progress, StepProgress
from grader.report.terminal import BONUS, MARKS, inline, steps_grid
from grader.results.results import Outcome
from grader.results.scoring import BONUS_POINTS, POINTS

NARROW = 60
"""Columns below which a line says the same in fewer words."""


def show_current(step: Step, known: StepProgress, out: Console) -> None:
    """Show the current step: its title, its task, its last outcome, the time spent on it and the hints read."""
    out.print()
    out.print(Padding(Text(f"{step.id}  {step.title}", style="bold"), (0, 0, 0, 2), expand=False))
    margin = (0, 0, 0, len(step.id) + 4)
    out.print(Padding(inline(step.task, ""), margin, expand=False))
    said = [time_of(known.seconds) and f"{time_of(known.seconds)} so far"]
    said += [f"hints read: {known.hints} of {len(step.hints)}"] if known.hints else []
    if line := ", ".join(part for part in said if part):
        out.print(Padding(Text(line, style="dim"), margin, expand=False))


def show_stages(stages: Sequence[Stage], found: Progress, current: Step | None, out: Console) -> None:
    """Show a line for each stage: the steps that passed, the points, and the time spent."""
    rows = Table.grid(padding=(0, 2))
    for number in range(5):
        rows.add_column(justify="right" if number > 1 else "left", no_wrap=True)
    for stage in stages:
        style = "bold" if current and stage.id == current.stage else "dim"
        rows.add_row(*(Text(part, style=style) for part in _line(stage, found, is_narrow=out.width < NARROW)))
    out.print()
    out.print(Padding(rows, (0, 0, 0, 2), expand=False))


def show_steps(stages: Sequence[Stage], found: Progress, current: Step, out: Console) -> None:
    """Show every step of every stage, with its last outcome and the time spent."""
    for stage in stages:
        out.print()
        out.print(Text(f"  {stage.id}  {stage.title}", style="bold"))
        rows = steps_grid()
        for step in stage.steps:
            known = found.of(step.id)
            mark, style = MARKS[Outcome(known.outcome)] if known.outcome else (" ", "")
            time = time_of(known.seconds)
            more = (BONUS if step.bonus else "") + (f"   {time}" if time else "")
            title = Text.assemble((step.title, "bold" if step == current else ""), (more, "dim"))
            if step == current:
                title.append("   you are here", style="cyan")
            rows.add_row(Text(mark, style=style), Text(step.id), title)
        out.print(rows)


def time_of(seconds: int) -> str:
    """Write a time in hours and minutes; empty below a minute."""
    hours, minutes = divmod(seconds // 60, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))


def _line(stage: Stage, found: Progress, *, is_narrow: bool) -> list[str]:
    """Return the cells of a stage: its id, its title, its steps, its points, its time."""
    counted = [step for step in stage.steps if not step.bonus]
    passed = sum(step.id in found.passed for step in counted)
    bonus = BONUS_POINTS * sum(step.bonus and step.id in found.passed for step in stage.steps)
    points, most, more = POINTS * passed, POINTS * len(counted), f" + {bonus}" if bonus else ""
    time = time_of(sum(found.of(step.id).seconds for step in stage.steps))
    if is_narrow:
        return [stage.id, stage.title, f"{points}{more} of {most}", "", time]
    return [stage.id, stage.title, f"{passed} of {len(counted)} steps", f"{points}{more} of {most} points", time]
