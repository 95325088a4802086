"""The course on a terminal: the ends of stages and of the course, and the hints of a step."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.course import Stage, Step
from grader.report.terminal import inline, say, show_next


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
