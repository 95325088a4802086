"""The solution of a step on a terminal: the reasons, and the reference's change in colours."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from grader.report.terminal import inline, say
from grader.report.terminal_text import show_long

STYLES = {"+": "green", "-": "red", "@": "cyan"}
Place = tuple[str, bool, Sequence[str]]
"""A place of the solution, whether the reference changes something there, and the lines of the diff."""


def show_solution(title: str, why: str, places: Sequence[Place], out: Console) -> None:
    """Show what the reference changes for a step. A line of code stays one line."""

    def draw(out: Console) -> None:
        say(title, out, style="bold")
        out.print()
        for row in inline(why, "").wrap(out, out.width - 4):
            out.print(Text("  ") + row)
        for place, is_new, lines in places:
            out.print()
            more = "" if is_new else "   the starter has it already"
            out.print(Text.assemble((f"  {place}", "bold"), (more, "dim")), soft_wrap=True)
            for line in lines:
                style = STYLES.get(line[0], "") if line else ""
                out.print(Text(f"  {line}", style=style), soft_wrap=True)
        say("That is one good answer of many. What you did differently is the interesting part.", out, style="dim")
        out.print()

    show_long(draw, out)
