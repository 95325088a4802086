"""The course on a terminal: the stages with the last outcomes of their steps, and the hints of a step."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.course import Stage, Step
from grader.report.terminal import BONUS, MARKS, ends, inline, say, show_next, steps_grid
from grader.results.results import Outcome


def show_overview(stage: Stage, found: dict[str, str], out: Console) -> None:
    """Show a stage with the last outcome of each step. A step that was never checked has no mark."""
    out.print()
    out.print(_heading(stage, found, out.width, "bold"))
    out.print()
    rows = steps_grid()
    for step in stage.steps:
        mark, style = MARKS[Outcome(found[step.id])] if step.id in found else (" ", "")
        rows.add_row(
            Text(mark, style=style), Text(step.id), Text.assemble(step.title, (BONUS if step.bonus else "", "dim"))
        )
    out.print(rows)


def show_in_a_line(stage: Stage, found: dict[str, str], out: Console) -> None:
    """Show a stage where the learner is not: its title, and how many of its steps have passed."""
    out.print(_heading(stage, found, out.width, "dim"))


def show_end_of_stage(stage: Stage, points: int, bonus_left: Sequence[str], out: Console) -> None:
    """Say that every step of a stage has passed, and what the learner has built."""
    say(f"Stage {stage.id}, {stage.title}, is passed: {points} of {points} points.", out, style="bold green")
    if stage.built:
        say(f"You have built {stage.built}.", out)
    if bonus_left:
        say(f"Bonus steps are left, for whoever wants more: {', '.join(bonus_left)}.", out)


def show_end_of_course(
    stages: Sequence[Stage], sums: tuple[int, int, int], bonus_left: Sequence[str], out: Console
) -> None:
    """Say that every step of the course has passed. `sums` are the points, the bonus points, and the most of these."""
    points, bonus, most = sums
    say("That was the last step. Well done!", out, style="bold green")
    say("You have built a chat service that other people could use:", out)
    rows = Table.grid(padding=(0, 2))
    for stage in stages:
        rows.add_row(Text(stage.id, style="dim"), stage.built or stage.title)
    out.print()
    out.print(Padding(rows, (0, 0, 0, 4), expand=False))
    say(
        "It keeps every clause of the contract, in your own way: no check has asked which language or framework you "
        "chose. You can explain each of these parts now, as you have seen each of them fail.",
        out,
    )
    left = f"; left for whoever wants more: {', '.join(bonus_left)}" if bonus_left else ""
    say(f"{points} of {points} points, and {bonus} of {most} bonus points{left}.", out, style="bold")


def _heading(stage: Stage, found: dict[str, str], width: int, style: str) -> Text:
    counts = []
    for steps, name in (
        ([step for step in stage.steps if not step.bonus], "steps"),
        ([step for step in stage.steps if step.bonus], "bonus steps"),
    ):
        passed = sum(found.get(step.id) == Outcome.PASS for step in steps)
        counts += [f"{passed} of {len(steps)} {name}"] if steps else []
    return ends(Text(f"  {stage.id}  {stage.title}", style=style), Text(", ".join(counts)), width)


def show_hints(step: Step, level: int, out: Console) -> None:
    """Show the first `level` hints of a step, the last of them undimmed, and how many hints the step has."""
    out.print()
    out.print(
        Text(f"  {step.id}  {step.title}", style="bold") + Text(f"   hint {level} of {len(step.hints)}", style="dim")
    )
    rows = Table.grid(padding=(0, 2))
    for number, hint in enumerate(step.hints[:level], 1):
        newest = number == level
        rows.add_row(Text(str(number), style="dim"), inline(hint, "" if newest else "dim"))
    out.print()
    out.print(Padding(rows, (0, 0, 0, 4), expand=False))
    more = [(f"kit hint {step.id}", "one more")] if level < len(step.hints) else []
    show_next([*more, (f"kit check {step.id}", "when you have tried")], out)
